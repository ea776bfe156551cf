import {
  checkLinearizable,
  interpretHistory,
  makeHistory,
  models,
  type Operation,
} from "@kontiki/testing";
import type { Asked, HostProcess } from "./host-process.ts";

/** How long a client waits for the end of an operation. */
const TIMEOUT_MS = 1_000;

const KEYS = 3;

/**
 * Clients on the hosts of a cluster, one on each, which append to texts and read them, and write down what they are answered.
 * The checker judges whether all of it is linearizable, so that nothing acknowledged was lost.
 */
export class Clients {
  readonly #hosts: ReadonlyMap<string, () => HostProcess>;
  readonly #operations: Operation[] = [];
  readonly #settled = new Map<string, number>();
  readonly #waiting = new Set<() => void>();
  #isOver = false;
  #running: Promise<unknown> = Promise.resolve();

  /** @param hosts the present process of each host. */
  constructor(hosts: ReadonlyMap<string, () => HostProcess>) {
    this.#hosts = hosts;
    this.#running = Promise.all([...hosts.keys()].map(async (name) => this.#run(name)));
  }

  get operations(): readonly Operation[] {
    return this.#operations;
  }

  /** Waits until each of these clients has had this many operations acknowledged from now on. */
  async served(names: readonly string[], count: number): Promise<void> {
    const from = new Map(names.map((name) => [name, this.#settled.get(name) ?? 0]));
    await new Promise<void>((resolve) => {
      const look = (): void => {
        const isServed = (name: string): boolean =>
          (this.#settled.get(name) ?? 0) - (from.get(name) ?? 0) >= count;
        if (!names.every(isServed)) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** Ends, reads all keys once more, and returns the verdict. */
  async verdict(): Promise<string> {
    this.#isOver = true;
    await this.#running;
    const [first] = this.#hosts.keys();
    for (let key = 0; key < KEYS; key += 1)
      await this.#operate(first ?? "", "final", { f: "get", key: `k${key}` });
    const model = models["list-append"];
    return checkLinearizable(interpretHistory(makeHistory(this.#operations), model), model).verdict;
  }

  async #run(name: string): Promise<void> {
    for (let turn = 0; !this.#isOver; turn += 1) {
      const key = `k${(turn * 7 + name.length) % KEYS}`;
      const isRead = turn % 3 === 2;
      const value = `${name}${turn},`;
      await this.#operate(name, name, isRead ? { f: "get", key } : { f: "append", key, value });
    }
  }

  async #operate(name: string, process: string, asked: Asked): Promise<void> {
    const call = performance.now();
    const outcome = await this.#hosts
      .get(name)?.()
      .ask({ ...asked, timeoutMs: TIMEOUT_MS });
    const end = performance.now();
    const [isRead, key, value] = [asked.f === "get", asked.key ?? "", asked.value ?? ""];
    const input = isRead
      ? { f: "read", key, value: null }
      : { f: "append", key, value: value.slice(0, -1) };
    const began = { process, call, input };
    if (outcome?.type === "ok") {
      const output = isRead ? (outcome.value ?? "").split(",").slice(0, -1) : null;
      this.#operations.push({ ...began, status: "ok", return: end, output });
      this.#settled.set(name, (this.#settled.get(name) ?? 0) + 1);
      for (const look of this.#waiting) look();
    } else if (outcome?.type === "definitelyNot" || isRead)
      this.#operations.push({ ...began, status: "failed", return: end });
    else this.#operations.push({ ...began, status: "open" });
    // A host that is gone answers at once.
    if (outcome === undefined) await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
