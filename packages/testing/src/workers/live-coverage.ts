import type { ClusterEvent, NodeStatus, Outcome } from "@kontiki/actors";
import { EXPERIMENT_COUNTS, type ExperimentCount } from "@kontiki/actors/node";
import type { FaultHappening } from "../nemesis/nemesis.ts";
import type { Counters } from "../run/counters.ts";
import type { ClusterUnderTest } from "./cluster-under-test.ts";

/** What all nodes of a cluster see of one entry is counted once: the most that one of them has counted. */
const OF_ENTRIES: readonly ExperimentCount[] = ["repeats", "throws", "refusals"];

/** Counts the events of a cluster of threads, under the names of a simulation's coverage. */
export class LiveCoverage {
  readonly #counters: Counters;
  readonly #started = new Set<string>();
  /** What the threads of each node had counted when it was last looked at. */
  readonly #threads = new Map<string, Readonly<Record<ExperimentCount, number>>>();
  #cluster: ClusterUnderTest | undefined;
  #leader: string | undefined;
  #commit = 0;

  constructor(counters: Counters) {
    this.#counters = counters;
  }

  /** Listens to a cluster from now on. */
  watch(cluster: ClusterUnderTest): void {
    this.#cluster = cluster;
    cluster.events.on("status", (status) => this.#onStatus(status));
  }

  onEvent(event: ClusterEvent): void {
    switch (event.type) {
      case "started":
        this.#counters.count("starts");
        if (this.#started.has(event.node)) this.#counters.count("restarts");
        this.#started.add(event.node);
        return;
      case "leader":
        if (this.#leader !== undefined && this.#leader !== event.node)
          this.#counters.count("leaderChanges");
        this.#leader = event.node;
        return;
      case "membership":
        if (event.committed) this.#counters.count("membership.committed");
        return;
      case "failed":
        this.#counters.count("starts.refused");
        return this.#look(event.node);
      case "stopped":
        // It may be removed next.
        return this.#look(event.node);
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

  /** A fault has begun: a partition may have put the leader into the minority. */
  onFault({ fault, nodes }: FaultHappening & { readonly type: "faultBegan" }): void {
    if (fault.type !== "partition") return;
    const running = (this.#cluster?.status() ?? []).filter(({ life }) => life.type === "running");
    const leader = running.find(({ raft }) => raft?.role === "leader")?.id;
    if (leader !== undefined && nodes.includes(leader) && nodes.length * 2 < running.length)
      this.#counters.count("leaders.cutOff");
  }

  /** Adds what the threads have counted, of all nodes that there were. Called once, at the end. */
  addCounts(): void {
    for (const node of this.#cluster?.nodeIds ?? []) this.#look(node);
    for (const name of EXPERIMENT_COUNTS) {
      const each = [...this.#threads.values()].map((counts) => counts[name]);
      const isOfEntry = OF_ENTRIES.includes(name);
      const sum = isOfEntry ? Math.max(0, ...each) : each.reduce((all, one) => all + one, 0);
      this.#counters.count(name, sum);
    }
  }

  #look(node: string): void {
    if (this.#cluster?.nodeIds.some((id) => id === node) !== true) return;
    this.#threads.set(node, this.#cluster.faults.counts(node));
  }

  #onStatus({ raft }: NodeStatus): void {
    if (raft === undefined) return;
    this.#counters.count("commits", Math.max(0, raft.commit - this.#commit));
    this.#commit = Math.max(this.#commit, raft.commit);
  }
}
