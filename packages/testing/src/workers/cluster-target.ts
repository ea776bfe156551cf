import type { Cluster, ClusterEvent, NodeStatus } from "@kontiki/actors";
import { initialMembership, type Membership, type NodeId } from "@kontiki/core";
import { AS_ASKED } from "@kontiki/actors/node";
import type { Chance } from "../chance.ts";
import type { Counters } from "../run/counters.ts";
import type { CrashPoint, Kept } from "../scenario/fault.ts";
import type { FaultTarget } from "../engine/fault-target.ts";
import type { Holdings } from "../engine/loss.ts";
import type { FaultableClock, FaultableDisk, FaultableNetwork } from "../engine/fault-surfaces.ts";
import { LiveDisk } from "./live-disk.ts";
import type { NodeKeeper } from "./node-keeper.ts";
import { NodeTroubles } from "./node-troubles.ts";
import type { RealTimeline } from "./real-timeline.ts";

/** After which time a node is started again whose disk failed while it started, in ms. */
const AGAIN_MS = 100;

/** What a {@link ClusterTarget} needs. */
export type ClusterTargetParts = {
  readonly cluster: Cluster<unknown, unknown>;
  readonly keeper: NodeKeeper;
  readonly timeline: RealTimeline;
  readonly network: FaultableNetwork;
  readonly counters: Counters;
  readonly chance: Chance;
  /** The members at first. Default: all nodes vote. */
  readonly membership?: Membership;
};

/**
 * A cluster of real threads as the target of faults. Threads take time: they carry out a request soon after it was made.
 * A membership changes only together with its threads, which is the work of an {@link Operator}.
 */
export class ClusterTarget implements FaultTarget {
  readonly timeline: RealTimeline;
  readonly network: FaultableNetwork;
  readonly #cluster: Cluster<unknown, unknown>;
  readonly #keeper: NodeKeeper;
  readonly #parts: ClusterTargetParts;
  readonly #nodes = new Map<NodeId, { troubles: NodeTroubles; disk: LiveDisk }>();
  /** Nodes that crash at a point of their turn, and then stay down. */
  readonly #doomed = new Map<NodeId, CrashPoint>();
  readonly #swapped = new Set<NodeId>();
  #membership: Membership;

  constructor(parts: ClusterTargetParts) {
    const { cluster, keeper, timeline, network } = parts;
    this.#parts = parts;
    this.#cluster = cluster;
    this.#keeper = keeper;
    this.timeline = timeline;
    this.network = network;
    this.#membership = parts.membership ?? initialMembership(cluster.nodeIds);
    cluster.events.on("event", (event) => this.#onEvent(event));
  }

  get nodes(): readonly NodeId[] {
    return this.#cluster.nodeIds;
  }

  disk(node: NodeId): FaultableDisk {
    return this.#faultsOf(node).disk;
  }

  clock(node: NodeId): FaultableClock {
    const { troubles } = this.#faultsOf(node);
    return {
      get rate() {
        return troubles.clockRate;
      },
      beginDrift: (rate) => troubles.beginDrift(rate),
      step: (ms) => troubles.step(ms),
    };
  }

  /** Whether some disk still has bytes that a fault damaged. Those that are gone are counted. */
  get hasDamage(): boolean {
    return this.nodes.filter((node) => this.#faultsOf(node).disk.isDamaged).length > 0;
  }

  isRunning(node: NodeId): boolean {
    return this.#keeper.isUp(node) && this.#statusOf(node)?.life.type === "running";
  }

  /** A thread is running once it has recovered. */
  hasReadDisk(node: NodeId): boolean {
    return this.isRunning(node);
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

  /** A node that does not run counts as not intact: its disk may have been replaced, and it reports nothing. */
  isIntact(node: NodeId): boolean {
    const { trouble, raft } = this.#statusOf(node) ?? {};
    const isWhole = trouble === undefined && raft?.votes === true && !raft.repairing;
    return isWhole && this.isRunning(node);
  }

  holdings(node: NodeId): Holdings | undefined {
    const { raft } = this.#statusOf(node) ?? {};
    if (raft === undefined || !this.isIntact(node)) return undefined;
    return this.#faultsOf(node).disk.holdings(raft);
  }

  crash(node: NodeId, _cause: string, kept: Kept | undefined): void {
    this.#keeper.crash(node, kept);
  }

  crashAt(node: NodeId, point: CrashPoint, kept: Kept | undefined): () => void {
    this.#doomed.set(node, point);
    this.#cluster.faults.crashAt(node, point, kept);
    return () => {
      if (this.#doomed.get(node) !== point) return;
      this.#doomed.delete(node);
      if (this.nodes.includes(node)) this.#cluster.faults.crashAt(node, undefined);
    };
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
    this.#keeper.orderBoth(one, other, async () => {
      await this.#cluster.faults.swapDisks(one, other);
      for (const node of [one, other]) if (!this.#swapped.delete(node)) this.#swapped.add(node);
    });
  }

  withOthersDisk(node: NodeId): "refused" | "accepted" | undefined {
    if (!this.isSwapped(node)) return undefined;
    if (this.isRunning(node)) return "accepted";
    return this.#statusOf(node)?.life.type === "failed" ? "refused" : undefined;
  }

  /** Whether a node has the disk of another, which it must refuse. */
  isSwapped(node: NodeId): boolean {
    return this.#swapped.has(node);
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

  #faultsOf(node: NodeId): { troubles: NodeTroubles; disk: LiveDisk } {
    const known = this.#nodes.get(node);
    if (known !== undefined) return known;
    const { counters, timeline, chance } = this.#parts;
    const { faults } = this.#cluster;
    const isThere = (): boolean => this.nodes.includes(node);
    const troubles = new NodeTroubles(faults, node, isThere);
    const own = chance.fork(`disk ${node}`);
    const disk = new LiveDisk({ node, isThere, faults, troubles, counters, timeline, chance: own });
    this.#nodes.set(node, { troubles, disk });
    return { troubles, disk };
  }

  /** The disk of a node failed while it started: it is started again until that is over. */
  #tryAgain(node: NodeId): void {
    this.#keeper.keepDown(node);
    this.timeline.after(AGAIN_MS, () => this.#keeper.start(node));
  }

  #onEvent(event: ClusterEvent): void {
    if (event.type === "crashed" && event.asked && this.#doomed.delete(event.node))
      this.#keeper.keepDown(event.node);
    if (event.type === "failed" && event.cause.includes(AS_ASKED)) this.#tryAgain(event.node);
    if (event.type === "membership") this.#membership = event.membership;
  }
}

function outOfReach(what: string): never {
  throw new Error(
    `${what} is out of reach on threads: such faults must be skipped before they begin`,
  );
}
