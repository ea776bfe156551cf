/**
 * What a nemesis can do. Faults are plain data: a scenario names them, a seed draws them, a token carries them.
 *
 * @module
 */

/**
 * Which nodes a fault is about: a name, or one of
 * - `leader`: who leads when it begins; nobody, and the fault is skipped, when nobody does;
 * - `follower`: one running node that does not lead; `any`: one running node; `all`;
 * - `minority`, `majority`: so many of the voters, drawn; with or without the leader as it falls.
 */
export type Target = string;

/** At least and at most so many, drawn evenly; in ms where it is a time. */
export type Range = readonly [least: number, most: number];

/** What a crash with loss of power leaves of bytes that were not synced. `some` draws for each write on its own. */
export const KEPTS = ["nothing", "torn", "some", "everything"] as const;

/** One of `KEPTS`. */
export type Kept = (typeof KEPTS)[number];

/** Where in a node's turn a crash strikes. */
export const CRASH_POINTS = [
  "beforeSave",
  "afterSave",
  "afterSend",
  "inApply",
  "inSnapshot",
  "inCompaction",
  "inRecovery",
] as const;

/** One of `CRASH_POINTS`. */
export type CrashPoint = (typeof CRASH_POINTS)[number];

/** Which operations of a disk go wrong. */
export const DISK_OPERATIONS = ["write", "sync", "read", "any"] as const;

/** One of `DISK_OPERATIONS`. */
export type DiskOperation = (typeof DISK_OPERATIONS)[number];

/**
 * Faults of the network. Partitions and copies are between nodes; clients reach all nodes, but for those that a group
 * names. Every other fault strikes all letters, or those from and to `node`.
 */
export type NetworkFault =
  /**
   * `halves`: two groups, `node` in the smaller one; `isolate`: `node` alone; `bridge`: two halves and one node, `node`,
   * that hears both; `ring`: every node hears another majority, of four nodes or more.
   */
  | {
      readonly type: "partition";
      readonly shape: "halves" | "isolate" | "bridge" | "ring";
      readonly node?: Target;
    }
  /** Groups by name; nodes that are in none are alone. A client, `client/1`, may be in one. */
  | {
      readonly type: "partition";
      readonly shape: "groups";
      readonly groups: readonly (readonly string[])[];
    }
  /** Nothing from `from` reaches `to`, the other way all is well. Without `to`: no other node. Without `from`: from no other node. */
  | { readonly type: "oneWay"; readonly from?: Target; readonly to?: Target }
  /** Letters take longer, a few of them far longer with `tail`. */
  | { readonly type: "delay"; readonly ms: Range; readonly tail?: boolean; readonly node?: Target }
  /** Some letters never arrive. */
  | { readonly type: "loss"; readonly share: number; readonly node?: Target }
  /** Some letters arrive twice. */
  | { readonly type: "duplicate"; readonly share: number; readonly ms: Range }
  /** Some letters are overtaken by others. */
  | { readonly type: "reorder"; readonly share: number; readonly ms: Range }
  /** Letters of long ago come again. */
  | { readonly type: "replay"; readonly share: number; readonly ms: Range }
  /** What is sent waits and arrives at the end, in its order. */
  | { readonly type: "clog"; readonly node: Target }
  /** Nodes are clogged one by one and unclogged in another order. */
  | { readonly type: "swizzle" }
  /** Each link carries no more than so much. */
  | { readonly type: "bandwidth"; readonly bytesPerMs: number };

/** Faults of a disk. */
export type DiskFault =
  /** What the disk is asked for fails. */
  | { readonly type: "diskError"; readonly node: Target; readonly operation: DiskOperation }
  /** The disk takes nothing more. */
  | { readonly type: "diskFull"; readonly node: Target }
  /** A sync takes longer. */
  | { readonly type: "slowDisk"; readonly node: Target; readonly ms: Range }
  /** Whatever is to be synced waits until the fault ends. */
  | { readonly type: "stallDisk"; readonly node: Target }
  /** One bit of what is durable changes. At the end the node is started again, which reads it. */
  | { readonly type: "bitRot"; readonly node: Target; readonly what: "log" | "snapshot" }
  /** A write of the log lands at another place of its file. At the end the node is started again, which reads it. */
  | { readonly type: "misdirect"; readonly node: Target }
  /** A new, empty disk under the same name: the node has a new uid and asks to be taken in again. */
  | { readonly type: "wipe"; readonly node: Target }
  /** Two nodes start with each other's disks: they must refuse. */
  | { readonly type: "swapDisks"; readonly node: Target };

/** Faults of a process. A node that fell starts again after `downMs`; `for` is used by a crash loop and a pause alone. */
export type ProcessFault =
  /** Without `kept` only the process ends; with it power is lost too. `point`: at its next turn's point of that name. */
  | {
      readonly type: "crash";
      readonly node: Target;
      readonly point?: CrashPoint;
      readonly kept?: Kept;
      readonly downMs: number;
    }
  /** All at once, as in a loss of power. `mail`: whether letters under way survive in the network. */
  | {
      readonly type: "crashAll";
      readonly kept: Kept;
      readonly mail: boolean;
      readonly downMs: number;
    }
  /** Again and again, `downMs` after each start. */
  | {
      readonly type: "crashLoop";
      readonly node: Target;
      readonly kept?: Kept;
      readonly downMs: number;
    }
  /** In order: nothing is lost. */
  | { readonly type: "stop"; readonly node: Target; readonly downMs: number }
  /** The process stands still while its clock goes on. */
  | { readonly type: "pause"; readonly node: Target };

/** Faults of a node's clock. */
export type ClockFault =
  /** It runs `rate` times as fast: 1.05 is 5 % fast. */
  | { readonly type: "drift"; readonly node: Target; readonly rate: number }
  /** It jumps once: forward, or back with a negative number. */
  | { readonly type: "step"; readonly node: Target; readonly ms: number }
  /** It jumps back and forth. */
  | {
      readonly type: "strobe";
      readonly node: Target;
      readonly ms: number;
      readonly everyMs: number;
    };

/** What operators do. They go on trying until it is done or the faults end. */
export type MembershipFault =
  /** One voter more. */
  | { readonly type: "add" }
  /** A member less. */
  | { readonly type: "remove"; readonly node: Target }
  /** Another voter in the place of one. */
  | { readonly type: "replace"; readonly node: Target }
  /** One learner more. */
  | { readonly type: "addLearner" }
  /** A learner gets a vote. */
  | { readonly type: "promote" }
  /** Voters are added until there are so many. */
  | { readonly type: "grow"; readonly to: number }
  /** Voters are removed until there are so many. */
  | { readonly type: "shrink"; readonly to: number }
  /** Another node shall lead. */
  | { readonly type: "transfer"; readonly node?: Target }
  /** A node takes a snapshot. */
  | { readonly type: "snapshot"; readonly node: Target }
  /** A node drops its log up to its snapshot. */
  | { readonly type: "compact"; readonly node: Target };

/** Anything that can go wrong. */
export type FaultAction = NetworkFault | DiskFault | ProcessFault | ClockFault | MembershipFault;

/** The name of a kind of fault. */
export type FaultType = FaultAction["type"];

/** A fault at its time. */
export type Fault = FaultAction & {
  /** When it begins, in ms from the start of the run. */
  readonly at: number;
  /** How long it lasts, in ms; without it until the faults of the run end. A crash, a step, a change is over at once. */
  readonly for?: number;
};
