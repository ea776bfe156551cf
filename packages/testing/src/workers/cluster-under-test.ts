import type { EventEmitter } from "node:events";
import type {
  Cluster,
  ClusterEvents,
  ClusterFaults,
  ClusterOptions,
  NodeHandle,
} from "@kontiki/actors";
import type { FaultType } from "../scenario/fault.ts";

/** What a run orders of one node. */
export type NodeUnderTest = Pick<
  NodeHandle,
  "crash" | "stop" | "start" | "pause" | "resume" | "wipe" | "snapshot" | "compact" | "digest"
>;

/**
 * What a run does to the threads and disks of nodes, and what they have counted. `crashAt` and `disturb` hold when they return
 * where nodes are threads of this process, and soon after it where they are in others: a run depends on neither.
 */
export type FaultsUnderTest = Pick<
  ClusterFaults,
  "losePower" | "crashAt" | "disturb" | "effects" | "counts" | "swapDisks" | "diskOf"
>;

/**
 * A cluster in real time that a run can test: what it needs of a {@link Cluster}, which is one. Another engine has its own, such
 * as one whose nodes are in several processes.
 */
export type ClusterUnderTest = Pick<
  Cluster<unknown, unknown>,
  | "nodeIds"
  | "status"
  | "propose"
  | "read"
  | "transfer"
  | "members"
  | "addNode"
  | "removeNode"
  | "changeMembers"
  | "promote"
  | "converged"
  | "stop"
> & {
  /** Its number in this process, by which its letters are recorded; undefined where they are not. */
  readonly number?: number | undefined;
  /** What happens in it, as it happens. */
  readonly events: Pick<EventEmitter<ClusterEvents>, "on">;
  /** Injects faults. */
  readonly faults: FaultsUnderTest;
  /** One of its nodes. @throws KontikiError when there is no such node. */
  node(id: string): NodeUnderTest;
  /** Why a kind of fault cannot be done here, in a few words; undefined for one that can. Without it all can. */
  readonly whyNot?: (type: FaultType) => string | undefined;
};

/** Starts a cluster with these options, as {@link Cluster.start} does, whose letters between nodes `network` carries. */
export type StartCluster = (options: ClusterOptions) => Promise<ClusterUnderTest>;

/**
 * What starts the clusters of another engine, as plain data: each job's thread imports the module, whose default export is an
 * {@link OpenClusters}.
 */
export type ClusterModule = {
  /** The URL of the module. */
  readonly module: string;
  /** What it is opened with: plain data. */
  readonly options?: unknown;
};

/** Gives what starts clusters, by the options of a {@link ClusterModule}. */
export type OpenClusters = (options: unknown) => StartCluster;
