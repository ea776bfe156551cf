import type { Fault } from "../scenario/fault.ts";
import type { Scenario } from "../scenario/scenario.ts";

/**
 * All that a seed draws before a run begins: what clients ask and what befalls the cluster. A run is a function of its
 * plan. Shrinking takes parts away and leaves the rest as it was, which is why everything has a number that stays.
 */
export type Plan = {
  /** What it was drawn from. */
  readonly scenario: Scenario;
  /** Whole, from 0 to 2^32 - 1. What is drawn during the run comes from streams of this seed. */
  readonly seed: number;
  /** Voters at the beginning; at most as many as the scenario has. */
  readonly nodes: number;
  /** What befalls the cluster. */
  readonly faults: readonly PlannedFault[];
  /** What clients ask. */
  readonly operations: readonly PlannedOperation[];
};

/** A fault and its number in the plan. Chance that it needs is forked by that number. */
export type PlannedFault = Fault & {
  /** From 0, and never another fault's. */
  readonly id: number;
};

/** An operation and its number in the plan. */
export type PlannedOperation = {
  /** From 0, and never another operation's. */
  readonly id: number;
  /** Not before this time in ms, and not before the client's operation before it has ended. */
  readonly at: number;
  /** Which client, from 0. */
  readonly client: number;
  /** What the state machine is given. */
  readonly command: unknown;
  /** Whether it is asked as a question, beside the log. */
  readonly read: boolean;
};
