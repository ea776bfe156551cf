import type { Cluster, ClusterEvent, NodeStatus, Outcome, RaftStatus } from "@kontiki/actors";
import type { Counters } from "../run/counters.ts";

/** What is counted of threads. They cannot be looked into at each step, so this is less than a simulation counts. */
export const COUNTED_ON_THREADS: readonly string[] = [
  "commits",
  "compactions",
  "elections.won",
  "leaderChanges",
  "membership.begun",
  "operations",
  "operations.definitelyNot",
  "operations.error",
  "operations.ok",
  "operations.unknown",
  "restarts",
  "snapshots.installed",
  "snapshots.taken",
  "starts",
];

/** Counts what a cluster of threads tells of itself, under the names that a simulation's coverage has. */
export class LiveCoverage {
  readonly #counters: Counters;
  readonly #started = new Set<string>();
  readonly #last = new Map<string, RaftStatus>();
  #leader: string | undefined;
  #commit = 0;

  constructor(counters: Counters) {
    this.#counters = counters;
  }

  /** Listens to a cluster from now on. */
  watch(cluster: Cluster<unknown, unknown>): void {
    cluster.events.on("status", (status) => this.#onStatus(status));
  }

  onEvent(event: ClusterEvent): void {
    switch (event.type) {
      case "started":
        this.#last.delete(event.node);
        this.#counters.count("starts");
        if (this.#started.has(event.node)) this.#counters.count("restarts");
        this.#started.add(event.node);
        return;
      case "leader":
        this.#counters.count("elections.won");
        if (this.#leader !== undefined && this.#leader !== event.node)
          this.#counters.count("leaderChanges");
        this.#leader = event.node;
        return;
      case "membership":
        if (!event.committed) this.#counters.count("membership.begun");
        return;
      default:
        return;
    }
  }

  called(): void {
    this.#counters.count("operations");
  }

  returned(outcome: Outcome<unknown>): void {
    this.#counters.count(`operations.${outcome.type}`);
  }

  #onStatus({ id, raft }: NodeStatus): void {
    if (raft === undefined) return;
    const before = this.#last.get(id);
    this.#last.set(id, raft);
    this.#counters.count("commits", Math.max(0, raft.commit - this.#commit));
    this.#commit = Math.max(this.#commit, raft.commit);
    if (before === undefined) return;
    // Only what a leader sent makes a log begin behind all that it held.
    const installed = raft.first > before.last + 1;
    if (installed) this.#counters.count("snapshots.installed");
    else if (raft.snapshot > before.snapshot) this.#counters.count("snapshots.taken");
    if (!installed && raft.first > before.first) this.#counters.count("compactions");
  }
}
