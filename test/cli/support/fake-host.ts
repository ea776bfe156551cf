import { run, type Host, type Interruption } from "@kontiki/cli";
import type { ClusterOptions } from "@kontiki/actors";
import { PassThrough, Writable } from "node:stream";
import { FakeCluster } from "./fake-cluster.ts";

/** Keeps all output, and lets a test wait for a part of it. */
export class Screen extends Writable {
  readonly isTTY: boolean;
  readonly columns = 80;
  text = "";
  readonly #watchers = new Set<() => void>();

  constructor(isTTY = false) {
    super({ decodeStrings: false });
    this.isTTY = isTTY;
  }

  override _write(chunk: string, _encoding: string, done: () => void): void {
    this.text += chunk;
    for (const watch of this.#watchers) watch();
    done();
  }

  /** Resolves when the output after `from` characters matches. */
  async until(pattern: RegExp, from = 0): Promise<void> {
    const matches = (): boolean => pattern.test(this.text.slice(from));
    if (matches()) return;
    await new Promise<void>((resolve) => {
      const watch = (): void => {
        if (!matches()) return;
        this.#watchers.delete(watch);
        resolve();
      };
      this.#watchers.add(watch);
    });
  }
}

/** A process around the program: its streams, its environment, and its signals. */
export class FakeHost implements Host {
  readonly stdin: PassThrough & { readonly isTTY: boolean };
  readonly stdout: Screen;
  readonly stderr: Screen;
  readonly env: Readonly<Record<string, string>>;
  readonly #controller = new AbortController();
  readonly signal: AbortSignal = this.#controller.signal;
  /** The modes that were set: whether the terminal is raw. */
  readonly modes: boolean[] = [];
  readonly #onResume = new Set<() => void>();
  readonly interruptions: Interruption[] = [];

  constructor(options: { readonly tty?: boolean; readonly env?: Record<string, string> } = {}) {
    const { tty = false, env = {} } = options;
    // A terminal in raw mode is what readline asks for.
    this.stdin = Object.assign(new PassThrough(), {
      isTTY: tty,
      setRawMode: (isRaw: boolean) => void this.modes.push(isRaw),
    });
    this.stdout = new Screen(tty);
    this.stderr = new Screen(tty);
    this.env = env;
  }

  readonly onResume = (listener: () => void): (() => void) => {
    this.#onResume.add(listener);
    return () => void this.#onResume.delete(listener);
  };

  /** What SIGINT does in the place of an interruption. */
  onInterrupt: (() => void) | undefined;
  readonly takeInterrupts = (listener: () => void): (() => void) => {
    this.onInterrupt = listener;
    return () => {
      this.onInterrupt = undefined;
    };
  };

  /** The program goes on after it was stopped. */
  resume(): void {
    for (const listener of this.#onResume) listener();
  }

  readonly interrupt = (reason: Interruption): void => {
    this.interruptions.push(reason);
    this.#controller.abort(reason);
  };
}

export type Ended = {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What the cluster was started with, undefined if it was not. */
  readonly started: ClusterOptions | undefined;
};

/** Runs the program on a fake cluster with this input to its end. */
export async function runOnFake(
  argv: readonly string[],
  input = "",
  cluster: FakeCluster = new FakeCluster(),
  env: Record<string, string> = {},
): Promise<Ended> {
  const host = new FakeHost({ env });
  let started: ClusterOptions | undefined;
  host.stdin.end(input);
  const status = await run(argv, host, async (options) => {
    const { onEvent, ...rest } = options;
    started = rest;
    return cluster.startedWith({ onEvent });
  });
  return { status, stdout: host.stdout.text, stderr: host.stderr.text, started };
}
