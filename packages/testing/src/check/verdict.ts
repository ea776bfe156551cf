import type { Operation } from "../history/history.ts";

/** The result of a check, and its cost. */
export type Verdict<Input, Output> = {
  /** The cost. */
  readonly cost: Cost;
  /** The claimed orders that do not hold, one for each object that was judged and has such a claim. Undefined if all hold. */
  readonly brokenClaims?: readonly BrokenClaim<Input, Output>[];
} & (Valid<Input, Output> | Violated<Input, Output> | Unknown);

/**
 * The order that a history claims for an object is no order of effects. It is no verdict: the search decides, and another order
 * may explain the operations.
 */
export type BrokenClaim<Input, Output> = {
  /** The object; "" when there is only one. */
  readonly key: string;
  /** The first operation that contradicts the claim. */
  readonly operation: Operation<Input, Output>;
  /** Why it does, for example `read -> 2 cannot follow 1`. */
  readonly problem: string;
};

/** The history is linearizable, with an order for each object. */
export type Valid<Input, Output> = {
  /** The kind of verdict. */
  readonly verdict: "valid";
  /** One linearization for each object. */
  readonly objects: readonly Linearization<Input, Output>[];
};

/** An order of the operations on one object that explains all their outputs. */
export type Linearization<Input, Output> = {
  /** The object; "" when there is only one. */
  readonly key: string;
  /** All operations that took effect, in order. An open operation that is not in it need not have had an effect. */
  readonly order: readonly Operation<Input, Output>[];
  /** Whether the history claimed the order and it was only verified, or the search found it. */
  readonly by: "claimed" | "search";
};

/** The history is not linearizable: the operations on one object cannot be explained. */
export type Violated<Input, Output> = {
  /** The kind of verdict. */
  readonly verdict: "violated";
  /** The object; "" when there is only one. */
  readonly key: string;
  /** The longest order that explains all operations that returned before `blocked`. */
  readonly prefix: readonly Operation<Input, Output>[];
  /** The state after `prefix`, as the model describes it. */
  readonly state: string;
  /** The operation whose return cannot be explained. The history before that return is linearizable. */
  readonly blocked: Operation<Input, Output>;
  /** The operations that could come next after `prefix` by their times, but that the state rejects; `blocked` first. */
  readonly unplaced: readonly Operation<Input, Output>[];
  /** States after other orders, which do not allow `blocked` either; a few at most. */
  readonly otherStates: readonly string[];
};

/** Undecided: the check reached a limit, or it was interrupted. */
export type Unknown = {
  /** The kind of verdict. */
  readonly verdict: "unknown";
  /** The limit that was reached, or the interruption. */
  readonly why: "time" | "memory" | "interrupted";
};

/** The cost of a check. */
export type Cost = {
  /** The elapsed time in ms, by the clock of the check. */
  readonly elapsedMs: number;
  /** Calls of the model by the search. */
  readonly steps: number;
  /** Configurations that the search stored, for all objects. */
  readonly configurations: number;
};
