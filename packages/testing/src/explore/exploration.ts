import type { ExploredAction } from "./action.ts";
import type { Happened } from "./sometimes.ts";
import type { ExploredTransition } from "./walk.ts";

/** How far an exploration is. */
export type ExploreProgress = {
  /** Distinct states so far. */
  readonly states: number;
  /** Transitions so far, those to known states among them. */
  readonly transitions: number;
  /** Transitions from the start to the state at hand. */
  readonly depth: number;
  /** States that still have to be looked at. */
  readonly waiting: number;
  /** Bytes that it remembers, as an estimate. */
  readonly bytes: number;
};

/** A run that breaks something. */
export type Counterexample = {
  /** What its last transition breaks, as a sentence without an end. */
  readonly text: string;
  /** What to do to have it again: see {@link replayPath}. */
  readonly actions: readonly ExploredAction[];
  /** What came of each. */
  readonly transitions: readonly ExploredTransition[];
};

/** What came of an exploration. */
export type Exploration = Omit<ExploreProgress, "depth" | "waiting"> & {
  /** `unknown`: it did not see all, or it never met what its bounds allow. */
  readonly verdict: "holds" | "violated" | "unknown";
  /** Why it ended: `exhausted` when there was nothing more to see. */
  readonly ended: "exhausted" | "violated" | "states" | "memory" | "stopped";
  /** The greatest number of transitions from the start to any state, on the way by which it was first met. */
  readonly depth: number;
  /** How many states there would be without symmetry, for the states that were seen. */
  readonly unreduced: number;
  /** In how many transitions each of these happened. */
  readonly sometimes: Readonly<Record<Happened, number>>;
  /** What should have happened within these bounds and never did. */
  readonly never: readonly Happened[];
  /** The run that broke something; a shortest one, breadth first. */
  readonly violation: Counterexample | undefined;
};
