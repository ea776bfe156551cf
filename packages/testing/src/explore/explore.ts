import { finish, type Work } from "../slices.ts";
import type { ExploredAction } from "./action.ts";
import { boundsOf, type BoundOptions } from "./bounds.ts";
import { Search, type SearchLimits } from "./search.ts";
import { expectedOf, type Happened } from "./sometimes.ts";
import { partsOf, type ExploredTransition } from "./walk.ts";

/** What to explore, in which order, and what it may cost. */
export type ExploreOptions = BoundOptions &
  SearchLimits & {
    /** Breadth first, if not given: then a counterexample is a shortest one. Depth first goes on from the newest state. */
    readonly order?: "breadth" | "depth";
    /** Whether states that differ only in the names of nodes count as one. They do, if not given. */
    readonly symmetry?: boolean;
  };

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

/**
 * Looks at every state that a small cluster of the real core can reach, until all are seen, something is broken, or a
 * limit is met.
 *
 * The model. A node is the core's state, its log, and its disk. Each event at a node is one turn, as `NodeActor` has it:
 * the event, `replicate`, a sync, `durable`, `replicate`. AppendEntries of a leader whose term and vote are on disk leave
 * before the sync, all else after it. A crash comes between turns or before the sync of one; it loses the process, and of
 * what was written either all that is not synced or nothing. The node starts again at once: one that is down is one to
 * which nothing happens. With `asyncDisk` the sync is an event of its own.
 *
 * Any timer may run out at any time, and messages come in any order. One that is never delivered stays in flight, and
 * takes the room of others; of what is sent beyond the bound any part is lost. `drops` are losses besides. `duplicates`
 * are deliveries after which the message is still in flight. Not in the model: changes of membership, snapshots, reads,
 * transfers of the lead, obituaries, damaged disks.
 *
 * Checked in each transition: what a step may do (`checkStep`, `checkState`), that promises are on disk when they leave,
 * that votes and terms on disk never go back, and the properties of Figure 3 between any two nodes (`checkCluster`) and
 * over time, also for leaders and commits that a crash has made forgotten.
 *
 * @throws RangeError when a bound is none.
 */
export function explore(options: ExploreOptions = {}): Exploration {
  return finish(exploreInSlices(options));
}

/** As {@link explore}, as work that tells how far it is every few hundred states. */
export function* exploreInSlices(options: ExploreOptions = {}): Work<Exploration, ExploreProgress> {
  const bounds = boundsOf(options);
  const parts = partsOf(bounds, options.symmetry ?? true);
  const search = new Search(parts, options.order ?? "breadth", options);
  const ended = yield* search.run();
  const sometimes = search.sometimes;
  const never = expectedOf(bounds).filter((name) => sometimes[name] === 0);
  const { states, transitions, bytes } = search.progress;
  const { unreduced, greatestDepth: depth, violation } = search;
  const held = ended === "exhausted" && never.length === 0 ? "holds" : "unknown";
  const verdict = violation === undefined ? held : "violated";
  const size = { states, transitions, depth, unreduced, bytes };
  return { verdict, ended, ...size, sometimes, never, violation };
}
