import type { Change, Membership, NodeId } from "@kontiki/core";
import type { CrashPoint, Kept } from "../scenario/fault.ts";
import type { FaultableClock, FaultableDisk, FaultableNetwork } from "./fault-surfaces.ts";
import type { Holdings } from "./loss.ts";
import type { Timeline } from "./timeline.ts";

/** What faults act on: a running cluster, in the simulation or on threads. */
export interface FaultTarget {
  readonly timeline: Timeline;
  readonly network: FaultableNetwork;
  /** All nodes that have a disk, in the order in which they were made. */
  readonly nodes: readonly NodeId[];
  disk(node: NodeId): FaultableDisk;
  clock(node: NodeId): FaultableClock;
  isRunning(node: NodeId): boolean;
  /** Whether its process has recovered what is on its disk: one that was just started, or that is paused, may not have. */
  hasReadDisk(node: NodeId): boolean;
  /** The leader of the highest term among the running nodes that believe that they lead. */
  leader(): NodeId | undefined;
  /** The membership that the leader uses; without a leader the newest that any node uses. */
  membership(): Membership;
  /**
   * Every membership that may still decide: the last committed one that any node knows, and all later ones that some node
   * uses. Only one while no change is in progress.
   */
  memberships(): readonly Membership[];
  /** The uid of the disk that a node has. */
  uid(node: NodeId): number;
  /** Whether its log is intact, its vote counts, and its disk is the one that the membership names. */
  isIntact(node: NodeId): boolean;
  /** What it has on its disk; undefined when it does not run. */
  holdings(node: NodeId): Holdings | undefined;
  /** Ends its process at once; with `kept` power is lost too. Does nothing when it does not run. */
  crash(node: NodeId, cause: string, kept: Kept | undefined): void;
  /** Ends its process when it next reaches this point of a turn. Returns a function that cancels it. */
  crashAt(node: NodeId, point: CrashPoint, kept: Kept | undefined): () => void;
  /** Ends its process gracefully. */
  stop(node: NodeId): void;
  /** Starts it from its disk. Does nothing when it runs already. */
  start(node: NodeId): void;
  pause(node: NodeId): void;
  resume(node: NodeId): void;
  /** Gives it an empty disk with a new uid, and starts it. */
  wipe(node: NodeId): void;
  /** Makes a node that has an empty disk and belongs to no cluster yet, and starts it. Returns its name. */
  addNode(): NodeId;
  /** Removes a node permanently, with its disk. */
  removeNode(node: NodeId): void;
  /** Exchanges the disks of two nodes that do not run. */
  swapDisks(one: NodeId, other: NodeId): void;
  /** What a node does with the disk of another; undefined while it does not have it, or has not looked at it yet. */
  withOthersDisk(node: NodeId): "refused" | "accepted" | undefined;
  /** Asks the leader for a change. `onEnd` gets undefined when the leader takes it, or the reason why not. */
  change(changes: readonly Change[], onEnd: (refusal: string | undefined) => void): void;
  /** Asks the leader to hand over leadership. */
  transfer(to: NodeId | undefined): void;
  snapshot(node: NodeId): void;
  compact(node: NodeId): void;
}
