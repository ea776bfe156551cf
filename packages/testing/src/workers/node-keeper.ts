import { KontikiError } from "@kontiki/actors";
import type { Kept } from "../scenario/fault.ts";
import type { ClusterUnderTest } from "./cluster-under-test.ts";

/** What a keeper tells before it does it. */
export type KeeperWatch = {
  readonly crashing?: (node: string) => void;
  readonly starting?: (node: string) => void;
};

/** Starts, stops, crashes and pauses threads. Each takes time, so the requests for one node run one after another. */
export class NodeKeeper {
  readonly #cluster: ClusterUnderTest;
  readonly #watch: KeeperWatch;
  readonly #chains = new Map<string, Promise<void>>();
  readonly #down = new Set<string>();
  readonly #still = new Set<string>();

  /** @param watch learns when threads are about to crash and to start. */
  constructor(cluster: ClusterUnderTest, watch: KeeperWatch = {}) {
    this.#cluster = cluster;
    this.#watch = watch;
  }

  /** Whether a node should be running. */
  isUp(node: string): boolean {
    return !this.#down.has(node);
  }

  /** Ends a thread at once, and keeps it down. With `kept` its machine loses power too. */
  crash(node: string, kept?: Kept): void {
    this.#takeDown(node, async () => {
      this.#watch.crashing?.(node);
      await quietly(() =>
        kept === undefined
          ? this.#cluster.node(node).crash()
          : this.#cluster.faults.losePower(node, kept),
      );
      // Otherwise it would restart by itself.
      await this.#cluster.node(node).stop();
    });
  }

  /** Keeps a node down that has just crashed. */
  keepDown(node: string): void {
    this.#takeDown(node, () => this.#cluster.node(node).stop());
  }

  /** Ends a thread gracefully, and keeps it down. */
  stop(node: string): void {
    this.#takeDown(node, () => this.#cluster.node(node).stop());
  }

  start(node: string): void {
    if (!this.#down.delete(node)) return;
    this.#do(node, () => {
      this.#watch.starting?.(node);
      return this.#cluster.node(node).start();
    });
  }

  pause(node: string): void {
    if (this.#still.has(node)) return;
    this.#still.add(node);
    this.#do(node, async () => {
      // The pause may be over by now.
      if (this.#still.has(node)) await this.#cluster.node(node).pause();
      if (!this.#still.has(node)) this.#cluster.node(node).resume();
    });
  }

  resume(node: string): void {
    if (!this.#still.delete(node)) return;
    this.#do(node, async () => this.#cluster.node(node).resume());
  }

  /** Queues another request for a node. It is dropped when it turns out to be impossible. */
  order(node: string, act: () => Promise<unknown>): void {
    this.#do(node, act);
  }

  /** Queues a request for two nodes: it is made when the earlier ones for both are done. */
  orderBoth(one: string, other: string, act: () => Promise<unknown>): void {
    const before = Promise.all([this.#chains.get(one), this.#chains.get(other)]);
    const done = before.then(() => quietly(act));
    this.#chains.set(one, done);
    this.#chains.set(other, done);
  }

  /** Resolves when all requests up to now are done. */
  async settled(): Promise<void> {
    await Promise.all(this.#chains.values());
  }

  /** Starts and resumes all nodes, and resolves when all requests are done. */
  async healAll(): Promise<void> {
    for (const node of this.#still) this.resume(node);
    for (const node of this.#down) this.start(node);
    await Promise.all(this.#chains.values());
  }

  #takeDown(node: string, act: () => Promise<void>): void {
    if (this.#down.has(node)) return;
    this.#down.add(node);
    this.#do(node, act);
  }

  #do(node: string, act: () => Promise<unknown>): void {
    const before = this.#chains.get(node) ?? Promise.resolve();
    this.#chains.set(
      node,
      before.then(() => quietly(act)),
    );
  }
}

/** A node that is gone, or has just crashed, cannot be stopped, paused or asked: the request is dropped. */
async function quietly(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof KontikiError)) throw error;
  }
}
