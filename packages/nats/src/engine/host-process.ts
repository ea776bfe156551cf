import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { KontikiError } from "@kontiki/actors";
import type { Children } from "./children.ts";
import type { FromHost, HostOrder, HostReport, HostStart, ToHost } from "./host-protocol.ts";

/** Undefined in a bundle of CommonJS. */
const PROGRAM = new URL("../engine/host-program.js", import.meta.url);

/** How many characters of what a process has printed last are kept for its obituary. */
const KEPT_CHARACTERS = 2_000;

/** Learns what happens in a host. */
export type HostListener = {
  readonly onReport: (report: HostReport) => void;
  /** The process has ended, in whatever way. Nothing follows. */
  readonly onExit: (cause: string) => void;
};

/** A host that runs, as the engine sees it. */
export interface RunningHost {
  /** Resolves when it is up. @throws KontikiError when it cannot start. */
  up(): Promise<void>;
  /** Resolves to its answer. @throws KontikiError when it refuses, gives no answer in time, or ends. */
  order(order: HostOrder, timeoutMs: number): Promise<unknown>;
  signal(signal: "SIGSTOP" | "SIGCONT"): void;
  /** Kills its process, and resolves when that is gone: to why it had ended by itself, or undefined if it had not. */
  kill(): Promise<string | undefined>;
}

/** Starts a host with this node. */
export type StartHost = (node: string, options: HostStart, listener: HostListener) => RunningHost;

type Waiting = {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
};

/** A host in a process of its own. */
export class HostProcess implements RunningHost {
  readonly #node: string;
  readonly #child: ChildProcess;
  readonly #listener: HostListener;
  readonly #waiting = new Map<number, Waiting>();
  readonly #up: Promise<void>;
  /** Resolves to why the process has ended. */
  readonly #ended: Promise<string>;
  #isUp: Waiting | undefined;
  #last = 0;
  #why: string | undefined;
  #printed = "";

  /** @param children what must not outlive the engine. */
  constructor(children: Children, node: string, options: HostStart, listener: HostListener) {
    this.#node = node;
    this.#listener = listener;
    // In a group of its own: Ctrl-C is for the engine, which ends its hosts itself.
    this.#child = fork(fileURLToPath(PROGRAM), {
      detached: true,
      execArgv: [],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    const { pid } = this.#child;
    if (pid !== undefined) children.add(pid);
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#printed = (this.#printed + text).slice(-KEPT_CHARACTERS);
    });
    this.#up = new Promise((resolve, reject) => {
      this.#isUp = { resolve: () => resolve(), reject };
    });
    // The exit is reported as well.
    this.#up.catch(() => {});
    this.#child.on("message", (message: FromHost) => this.#onMessage(message));
    this.#child.on("error", (error) => (this.#why ??= error.message));
    this.#ended = new Promise((resolve) =>
      this.#child.on("close", (code, signal) => {
        if (pid !== undefined) children.remove(pid);
        resolve(this.#onClose(signal ?? `exit code ${code}`));
      }),
    );
    this.#send({ type: "start", node, options });
  }

  up(): Promise<void> {
    return this.#up;
  }

  async order(order: HostOrder, timeoutMs: number): Promise<unknown> {
    if (this.#isOver) throw new KontikiError(`the host of ${this.#node} has ended`);
    this.#last += 1;
    const id = this.#last;
    const answer = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#send({ type: "order", id, order });
    const late = setTimeout(
      () => this.#refuse(id, `no answer to ${order.type} in time`),
      timeoutMs,
    );
    try {
      return await answer;
    } finally {
      clearTimeout(late);
    }
  }

  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#child.kill(signal);
  }

  async kill(): Promise<string | undefined> {
    if (!this.#isOver) this.#child.kill("SIGKILL");
    const cause = await this.#ended;
    return this.#child.signalCode === "SIGKILL" ? undefined : cause;
  }

  get #isOver(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  #send(message: ToHost): void {
    // One that is about to end does not take it.
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  #onMessage(message: FromHost): void {
    switch (message.type) {
      case "up":
        return this.#isUp?.resolve(undefined);
      case "report":
        return this.#listener.onReport(message.report);
      case "answer":
        this.#waiting.get(message.id)?.resolve(message.value);
        this.#waiting.delete(message.id);
        return;
      case "refused":
        return this.#refuse(message.id, message.why);
      case "failed":
        this.#why = message.why;
        return this.#isUp?.reject(new KontikiError(message.why));
      default:
        message satisfies never;
    }
  }

  #refuse(id: number, why: string): void {
    this.#waiting.get(id)?.reject(new KontikiError(`${this.#node}: ${why}`));
    this.#waiting.delete(id);
  }

  #onClose(how: string): string {
    const cause = this.#why ?? [how, this.#printed.trim()].filter((part) => part !== "").join(": ");
    for (const id of this.#waiting.keys()) this.#refuse(id, `its process has ended: ${cause}`);
    this.#isUp?.reject(new KontikiError(cause));
    this.#listener.onExit(cause);
    return cause;
  }
}
