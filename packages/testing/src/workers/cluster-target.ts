import type { Cluster, ClusterEvent, NodeStatus } from "@kontiki/actors";
import { assert, initialMembership, type Membership, type NodeId } from "@kontiki/core";
import type { Kept } from "../scenario/fault.ts";
import type { FaultTarget } from "../engine/fault-target.ts";
import type { Holdings } from "../engine/loss.ts";
import type { FaultableClock, FaultableDisk, FaultableNetwork } from "../engine/fault-surfaces.ts";
import type { NodeKeeper } from "./node-keeper.ts";
import type { RealTimeline } from "./real-timeline.ts";

/** What a {@link ClusterTarget} needs. */
export type ClusterTargetParts = {
  readonly cluster: Cluster<unknown, unknown>;
  readonly keeper: NodeKeeper;
  readonly timeline: RealTimeline;
  readonly network: FaultableNetwork;
};

/**
 * A cluster of real threads as the target of faults. Threads take time: they carry out a request soon after it was made.
 * Their disks and clocks are out of reach, and a membership changes only together with its threads, which is the work of
 * an {@link Operator}.
 */
export class ClusterTarget implements FaultTarget {
  readonly timeline: RealTimeline;
  readonly network: FaultableNetwork;
  readonly #cluster: Cluster<unknown, unknown>;
  readonly #keeper: NodeKeeper;
  #membership: Membership;

  constructor({ cluster, keeper, timeline, network }: ClusterTargetParts) {
    this.#cluster = cluster;
    this.#keeper = keeper;
    this.timeline = timeline;
    this.network = network;
    this.#membership = initialMembership(cluster.nodeIds);
    cluster.events.on("event", (event) => this.#onEvent(event));
  }

  get nodes(): readonly NodeId[] {
    return this.#cluster.nodeIds;
  }

  disk(node: NodeId): FaultableDisk {
    return outOfReach(`the disk of ${node}`);
  }

  clock(node: NodeId): FaultableClock {
    return outOfReach(`the clock of ${node}`);
  }

  isRunning(node: NodeId): boolean {
    return this.#keeper.isUp(node) && this.#statusOf(node)?.life.type === "running";
  }

  leader(): NodeId | undefined {
    const leaders = this.#cluster
      .status()
      .filter(({ id, raft }) => raft?.role === "leader" && this.isRunning(id))
      .toSorted((one, other) => (other.raft?.term ?? 0) - (one.raft?.term ?? 0));
    return leaders[0]?.id;
  }

  membership(): Membership {
    return this.#membership;
  }

  memberships(): readonly Membership[] {
    return [this.#membership];
  }

  uid(node: NodeId): number {
    return this.#statusOf(node)?.uid ?? 0;
  }

  isIntact(node: NodeId): boolean {
    const { trouble, raft } = this.#statusOf(node) ?? {};
    return trouble === undefined && raft?.votes !== false && raft?.repairing !== true;
  }

  holdings(node: NodeId): Holdings | undefined {
    return outOfReach(`the disk of ${node}`);
  }

  crash(node: NodeId, _cause: string, kept: Kept | undefined): void {
    assert(kept === undefined || kept === "everything", "threads lose nothing that was written");
    this.#keeper.crash(node);
  }

  crashAt(node: NodeId): () => void {
    return outOfReach(`a point within a turn of ${node}`);
  }

  stop(node: NodeId): void {
    this.#keeper.stop(node);
  }

  start(node: NodeId): void {
    this.#keeper.start(node);
  }

  pause(node: NodeId): void {
    this.#keeper.pause(node);
  }

  resume(node: NodeId): void {
    this.#keeper.resume(node);
  }

  wipe(node: NodeId): void {
    outOfReach(`the disk of ${node}`);
  }

  addNode(): NodeId {
    return outOfReach("a node without a membership");
  }

  removeNode(node: NodeId): void {
    outOfReach(`the thread of ${node} alone`);
  }

  swapDisks(one: NodeId, other: NodeId): void {
    outOfReach(`the disks of ${one} and ${other}`);
  }

  change(): void {
    outOfReach("a membership without its threads");
  }

  transfer(to: NodeId | undefined): void {
    this.#keeper.order(to ?? "", () => this.#cluster.transfer(to, { timeoutMs: 1000 }));
  }

  snapshot(node: NodeId): void {
    this.#keeper.order(node, () => this.#cluster.node(node).snapshot({ timeoutMs: 1000 }));
  }

  compact(node: NodeId): void {
    this.#keeper.order(node, () => this.#cluster.node(node).compact());
  }

  #statusOf(node: NodeId): NodeStatus | undefined {
    return this.#cluster.status().find(({ id }) => id === node);
  }

  #onEvent(event: ClusterEvent): void {
    if (event.type === "membership") this.#membership = event.membership;
  }
}

function outOfReach(what: string): never {
  throw new Error(
    `${what} is out of reach on threads: such faults must be skipped before they begin`,
  );
}
