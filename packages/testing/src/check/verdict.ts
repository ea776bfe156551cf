import type { Operation } from "../history/history.ts";

/** What a checker found, and what it cost. */
export type Verdict<Input, Output> = {
  /** What it cost. */
  readonly cost: Cost;
} & (Valid<Input, Output> | Violated<Input, Output> | Unknown);

/** The history is linearizable, and here is how. */
export type Valid<Input, Output> = {
  /** Tells it from the other verdicts. */
  readonly verdict: "valid";
  /** One for each object. */
  readonly objects: readonly Linearization<Input, Output>[];
};

/** An order of the operations on one object that explains all that they returned. */
export type Linearization<Input, Output> = {
  /** The object, "" when there is but one. */
  readonly key: string;
  /** All operations that took effect, in that order; open ones that are not in it need not have had an effect. */
  readonly order: readonly Operation<Input, Output>[];
  /** Whether it was claimed and only verified, or had to be found. */
  readonly by: "claimed" | "search";
};

/** The history is not linearizable: the operations on one object cannot be explained. */
export type Violated<Input, Output> = {
  /** Tells it from the other verdicts. */
  readonly verdict: "violated";
  /** The object, "" when there is but one. */
  readonly key: string;
  /** The longest order that explains all that returned before `blocked` did. */
  readonly prefix: readonly Operation<Input, Output>[];
  /** The state after `prefix`, as the model describes it. */
  readonly state: string;
  /** The operation whose return cannot be explained. Up to just before it the history is linearizable. */
  readonly blocked: Operation<Input, Output>;
  /** The operations that might come next after `prefix` by their times, and that the state refuses; `blocked` first. */
  readonly unplaced: readonly Operation<Input, Output>[];
  /** States that other orders lead to, which do not allow `blocked` either; a few of them at most. */
  readonly otherStates: readonly string[];
};

/** Nobody knows: what the check may cost was used up first, or it was interrupted. */
export type Unknown = {
  /** Tells it from the other verdicts. */
  readonly verdict: "unknown";
  /** What was used up. */
  readonly why: "time" | "memory" | "interrupted";
};

/** What a check cost. */
export type Cost = {
  /** Milliseconds by the clock that the check was given. */
  readonly elapsedMs: number;
  /** How often the search asked the model. */
  readonly steps: number;
  /** Configurations that the search kept, of all objects together. */
  readonly configurations: number;
};
