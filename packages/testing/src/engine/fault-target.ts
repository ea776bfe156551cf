import type { Change, Membership, NodeId } from "@kontiki/core";
import type { CrashPoint, Kept } from "../scenario/fault.ts";
import type { FaultableClock, FaultableDisk, FaultableNetwork } from "./fault-surfaces.ts";
import type { Timeline } from "./timeline.ts";

/** What faults are done to: a running simulation. */
export interface FaultTarget {
  readonly timeline: Timeline;
  readonly network: FaultableNetwork;
  /** All nodes that have a disk, in the order in which they came. */
  readonly nodes: readonly NodeId[];
  disk(node: NodeId): FaultableDisk;
  clock(node: NodeId): FaultableClock;
  isRunning(node: NodeId): boolean;
  /** The leader of the highest term among those that run and think that they lead. */
  leader(): NodeId | undefined;
  /** The membership that the leader goes by; without one the newest that any node goes by. */
  membership(): Membership;
  /**
   * Every membership that may still decide: the one committed last, as far as any node knows, and all behind it that some
   * node goes by. One alone while no change is under way.
   */
  memberships(): readonly Membership[];
  /** The uid of the disk that a node has. */
  uid(node: NodeId): number;
  /** Whether its log is whole, its vote in force and its disk the one that the membership names. */
  isWhole(node: NodeId): boolean;
  /** Ends its process at once; with `kept` power is lost too. Nothing happens to one that does not run. */
  crash(node: NodeId, cause: string, kept: Kept | undefined): void;
  /** Has its process end at its next point of that name. Gives a function that calls it off. */
  crashAt(node: NodeId, point: CrashPoint, kept: Kept | undefined): () => void;
  /** Ends its process in order. */
  stop(node: NodeId): void;
  /** Starts it from its disk. Nothing happens to one that runs. */
  start(node: NodeId): void;
  pause(node: NodeId): void;
  resume(node: NodeId): void;
  /** Gives it an empty disk with a new uid, and starts it. */
  wipe(node: NodeId): void;
  /** Makes a node that has an empty disk and belongs to no cluster yet, and starts it. Gives its name. */
  addNode(): NodeId;
  /** Ends a node for good, disk and all. */
  removeNode(node: NodeId): void;
  /** Exchanges the disks of two nodes that do not run. */
  swapDisks(one: NodeId, other: NodeId): void;
  /** Asks the leader. `onEnd` is told whether it took the change, or why not; "no leader" when there is none. */
  change(changes: readonly Change[], onEnd: (refusal: string | undefined) => void): void;
  /** Asks the leader to hand over. */
  transfer(to: NodeId | undefined): void;
  snapshot(node: NodeId): void;
  compact(node: NodeId): void;
}
