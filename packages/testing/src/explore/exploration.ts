import type { ExploredAction } from "./action.ts";
import type { ByEvent, Happened } from "./happened.ts";
import type { ExploredTransition } from "./walk.ts";

/** The progress of an exploration. */
export type ExploreProgress = {
  /** Distinct states so far. */
  readonly states: number;
  /** Transitions so far, including those to known states. */
  readonly transitions: number;
  /** Transitions from the start to the current state. */
  readonly depth: number;
  /** States that are not expanded yet. */
  readonly waiting: number;
  /** Memory in use, in bytes, as an estimate. */
  readonly bytes: number;
};

/** A run that violates a property. */
export type Counterexample = {
  /** What its last transition violates, as a sentence without a period. */
  readonly text: string;
  /** The actions that reproduce it: see {@link replayPath}. */
  readonly actions: readonly ExploredAction[];
  /** The transition of each action. */
  readonly transitions: readonly ExploredTransition[];
};

/** What a search may have missed because it kept seen states as hashes. */
export type HashedSearch = {
  /** The size of a hash. */
  readonly bits: number;
  /**
   * The chance that any state was taken for another one is below this: n (n + 1) / 2 / 2^bits for n states, as for random
   * hashes. Only then the search may have missed states.
   */
  readonly missed: number;
};

/** The result of an exploration. */
export type Exploration = Omit<ExploreProgress, "depth"> & {
  /** `unknown`: it did not see all states, or an event that the bounds allow never happened. */
  readonly verdict: "holds" | "violated" | "unknown";
  /** Why it ended: `exhausted` when no new state was left. */
  readonly ended: "exhausted" | "violated" | "states" | "memory" | "stopped";
  /** The greatest number of transitions from the start to any state, on the path by which it was first reached. */
  readonly depth: number;
  /**
   * All runs of so many transitions were checked, of a search that was breadth first and did not see all states; else
   * undefined.
   */
  readonly depthChecked: number | undefined;
  /** How seen states were kept as hashes; undefined when they were stored completely. */
  readonly hashes: HashedSearch | undefined;
  /** The number of states without symmetry reduction, for the states that were seen. */
  readonly unreduced: number;
  /** The number of transitions in which each of these happened: all events that the bounds allow. */
  readonly sometimes: ByEvent<number>;
  /**
   * The number of transitions from the start to the first one that met each of these: what happened of `sometimes`, and the
   * situations within one step that campaigns count, by their names. In the order of the depths.
   */
  readonly firstMet: Readonly<Record<string, number>>;
  /** What should have happened within these bounds but never did. */
  readonly never: readonly Happened[];
  /** The run that violates a property; a shortest one when the search was breadth first. */
  readonly violation: Counterexample | undefined;
};
