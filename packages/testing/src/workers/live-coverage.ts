import type { Cluster, ClusterEvent, NodeStatus, Outcome, RaftStatus } from "@kontiki/actors";
import type { Counters } from "../run/counters.ts";

/** The counts of a run on threads. Nothing can see each step of a thread, so they are fewer than those of a simulation. */
export const COUNTED_ON_THREADS: readonly string[] = [
  "commits",
  "compactions",
  "elections.won",
  "leaderChanges",
  "membership.begun",
  "membership.committed",
  "operations",
  "operations.definitelyNot",
  "operations.error",
  "operations.ok",
  "operations.unknown",
  "recoveries.damaged",
  "recoveries.repaired",
  "restarts",
  "snapshots.installed",
  "snapshots.taken",
  "starts",
];

/** Counts the events of a cluster of threads, under the names of a simulation's coverage. */
export class LiveCoverage {
  readonly #counters: Counters;
  readonly #started = new Set<string>();
  readonly #last = new Map<string, RaftStatus>();
  #cluster: Cluster<unknown, unknown> | undefined;
  #leader: string | undefined;
  #commit = 0;

  constructor(counters: Counters) {
    this.#counters = counters;
  }

  /** Listens to a cluster from now on. */
  watch(cluster: Cluster<unknown, unknown>): void {
    this.#cluster = cluster;
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
        this.#counters.count(event.committed ? "membership.committed" : "membership.begun");
        return;
      case "trouble":
        if (this.#isDamaged(event.node)) this.#counters.count("recoveries.damaged");
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

  /** Whether a trouble is that of a damaged log, and not of a disk that fails. */
  #isDamaged(node: string): boolean {
    const condition = this.#cluster?.status().find(({ id }) => id === node)?.condition;
    return condition === undefined || condition === "repairing";
  }

  #onStatus({ id, raft }: NodeStatus): void {
    if (raft === undefined) return;
    const before = this.#last.get(id);
    this.#last.set(id, raft);
    this.#counters.count("commits", Math.max(0, raft.commit - this.#commit));
    this.#commit = Math.max(this.#commit, raft.commit);
    if (before === undefined) return;
    if (before.repairing && !raft.repairing) this.#counters.count("recoveries.repaired");
    // Only a snapshot from a leader makes a log begin after all entries that it had.
    const installed = raft.first > before.last + 1;
    if (installed) this.#counters.count("snapshots.installed");
    else if (raft.snapshot > before.snapshot) this.#counters.count("snapshots.taken");
    if (!installed && raft.first > before.first) this.#counters.count("compactions");
  }
}
