import type { Fault } from "../scenario/fault.ts";
import type { ReadWay, Scenario } from "../scenario/scenario.ts";

/**
 * Everything that a seed draws before a run begins: the operations of clients and the faults. A run is a function of its
 * plan. Shrinking removes parts and leaves the rest as it was; therefore everything has a number that never changes.
 */
export type Plan = {
  /** The scenario that it was drawn from. */
  readonly scenario: Scenario;
  /** A whole number from 0 to 2^32 - 1. Choices during the run come from streams of this seed. */
  readonly seed: number;
  /** Voters at the beginning; at most as many as the scenario has. */
  readonly nodes: number;
  /** The faults of the run. */
  readonly faults: readonly PlannedFault[];
  /** The operations of clients. */
  readonly operations: readonly PlannedOperation[];
  /** Single choices that somebody changed after a look at the run. Absent for a plan as it was drawn. */
  readonly edits?: readonly PlanEdit[];
};

/**
 * A change of what chance decides in a run. Everything before it stays as it was: a letter has the number of its sending, which
 * only what happened before decides.
 */
export type PlanEdit =
  /** After this time, in ms, all choices come from streams of this seed, as if they began then. */
  | { readonly type: "seed"; readonly at: number; readonly seed: number }
  /** The letter with this number, counted from 1 as letters leave nodes and clients, is lost. */
  | { readonly type: "lose"; readonly letter: number }
  /** It arrives later by this time, in ms, and with it what follows it on the same link. */
  | { readonly type: "delay"; readonly letter: number; readonly ms: number };

/** A fault and its number in the plan. The number labels its stream of chance. */
export type PlannedFault = Fault & {
  /** From 0, unique among faults. */
  readonly id: number;
};

/** An operation and its number in the plan. */
export type PlannedOperation = {
  /** From 0, unique among operations. */
  readonly id: number;
  /** It begins at this time, in ms, or later, when the client's previous operation has ended. */
  readonly at: number;
  /** The number of the client, from 0. */
  readonly client: number;
  /** The command for the state machine. */
  readonly command: unknown;
  /** Whether it is a read, which does not go through the log. */
  readonly read: boolean;
  /** How a read is answered, and by which node, the leader if undefined. Without it as the workload says. */
  readonly reading?: ReadRoute;
};

/** How one read is answered. */
export type ReadRoute = {
  /** By ReadIndex, on a lease, or at once from what the node has applied, which may be old. */
  readonly consistency: Exclude<ReadWay, "log"> | "stale";
  /** The name of the node; undefined for the leader. */
  readonly node: string | undefined;
};
