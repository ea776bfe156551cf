import { finish, type Work } from "../slices.ts";
import { boundsOf, type BoundOptions } from "./bounds.ts";
import type { Exploration, ExploreProgress } from "./exploration.ts";
import { Search, type SearchLimits } from "./search.ts";
import { expectedOf } from "./sometimes.ts";
import { partsOf } from "./walk.ts";

/** What to explore, in which order, and what it may cost. */
export type ExploreOptions = BoundOptions &
  SearchLimits & {
    /** Breadth first, if not given: then a counterexample is a shortest one. Depth first goes on from the newest state. */
    readonly order?: "breadth" | "depth";
    /** Whether states that differ only in the names of nodes count as one. They do, if not given. */
    readonly symmetry?: boolean;
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
