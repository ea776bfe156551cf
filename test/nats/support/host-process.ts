import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { ClusterEvent, ClusterOptions, Outcome, Peers } from "@kontiki/actors";
import { onTestFinished } from "vitest";

const FILE = fileURLToPath(new URL("host.mjs", import.meta.url));

/** What happens in a host. */
export type HostEvent = ClusterEvent | { readonly type: "up" };

/** What a client asks. */
export type Asked = {
  readonly f: string;
  readonly key?: string;
  readonly value?: string;
  readonly timeoutMs?: number;
};

type Line = { readonly event?: HostEvent; readonly id?: number; readonly answer?: unknown };

/** A host of a cluster, as a process of its own. It does not outlive its test. */
export class HostProcess {
  readonly events: HostEvent[] = [];
  readonly #process: ChildProcess;
  readonly #answers = new Map<number, (answer: unknown) => void>();
  readonly #waiting = new Set<() => void>();
  #asked = 0;
  #stderr = "";

  /** @param prefix a command that runs it, such as one that enters a namespace. */
  constructor(
    options: ClusterOptions & { readonly servers: string },
    prefix: readonly string[] = [],
  ) {
    const own = [process.execPath, FILE, JSON.stringify(options)] as const;
    const [program, ...args] = [...prefix, ...own];
    const child = spawn(program ?? process.execPath, args, { stdio: ["pipe", "pipe", "pipe"] });
    this.#process = child;
    child.stderr.setEncoding("utf8").on("data", (text: string) => (this.#stderr += text));
    createInterface({ input: child.stdout }).on("line", (line) =>
      this.#onLine(JSON.parse(line) as Line),
    );
    child.stdin.on("error", () => {});
    child.on("close", () => {
      for (const settle of this.#answers.values()) settle(undefined);
      for (const look of this.#waiting) look();
    });
    onTestFinished(() => void child.kill("SIGKILL"));
  }

  /** Waits until an event has come. @throws Error when the process ends first. */
  async event(is: (event: HostEvent) => boolean, from = 0): Promise<HostEvent> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = this.events.slice(from).find(is);
        if (found !== undefined) resolve(found);
        else if (this.#isOver) reject(new Error(`the host ended: ${this.#stderr}`));
        else return;
        this.#waiting.delete(look);
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** Waits until it is up. */
  async up(): Promise<this> {
    await this.event(({ type }) => type === "up");
    return this;
  }

  /** Asks it. Undefined when the process ends before it answers. */
  async ask<A = Outcome<string | null>>(asked: Asked): Promise<A | undefined> {
    if (this.#isOver) return undefined;
    this.#asked += 1;
    const id = this.#asked;
    const answer = new Promise<unknown>((resolve) => this.#answers.set(id, resolve));
    this.#process.stdin?.write(`${JSON.stringify({ id, ...asked })}\n`);
    return (await answer) as A | undefined;
  }

  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    if (this.#isOver) return;
    const closed = once(this.#process, "close");
    this.#process.kill(signal);
    await closed;
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  get #isOver(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  #onLine({ event, id, answer }: Line): void {
    if (event !== undefined) {
      this.events.push(event);
      for (const look of this.#waiting) look();
    }
    if (id === undefined) return;
    this.#answers.get(id)?.(answer);
    this.#answers.delete(id);
  }
}

/** The host of the last leader that any host has heard of. */
export function leadingHost(
  { hosts: named }: Peers,
  hosts: ReadonlyMap<string, HostProcess>,
): string {
  const [last] = [...hosts.values()]
    .flatMap(({ events }) => events)
    .flatMap((event) => (event.type === "leader" ? [event] : []))
    .sort((one, other) => other.term - one.term);
  return Object.keys(named).find((name) => named[name]?.includes(last?.node ?? "")) ?? "";
}
