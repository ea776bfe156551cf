import { checkArgument, checkOptions, flag, oneOf, rule, type Schema } from "@kontiki/actors/node";
import { finish, type Work } from "../slices.ts";
import { BOUND_OPTIONS, boundsOf, type BoundOptions, type Bounds } from "./bounds.ts";
import type { Exploration, ExploreProgress } from "./exploration.ts";
import { Search, SEARCH_LIMITS, type SearchLimits } from "./search.ts";
import { expectedOf } from "./sometimes.ts";
import { partsOf } from "./walk.ts";

/** What to explore, in which order, and within which limits. */
export type ExploreOptions = BoundOptions &
  SearchLimits & {
    /** The order of the search. Default: breadth first, which finds a shortest counterexample. */
    readonly order?: "breadth" | "depth";
    /** Whether states that differ only in the names of nodes count as one. Default: true. */
    readonly symmetry?: boolean;
    /**
     * Whether seen states are kept as hashes, in a quarter of the memory; breadth first only. Two states with equal hashes are
     * taken for one, so states may be missed: the result states the chance. Default: false.
     */
    readonly hashes?: boolean;
  };

const EXPLORE_OPTIONS: Schema<ExploreOptions> = {
  ...BOUND_OPTIONS,
  ...SEARCH_LIMITS,
  order: oneOf("breadth", "depth"),
  symmetry: flag,
  hashes: flag,
};

/**
 * Visits every state that a small cluster of the real core can reach, until it has seen all states, finds a violation, or
 * reaches a limit.
 *
 * The model. A node is the core's state, its log, and its disk. Each event at a node is one turn, as in `NodeActor`: the
 * event, `replicate`, a sync, `durable`, `replicate`. A leader whose term and vote are on disk sends AppendEntries before
 * the sync; all other messages leave after it. A crash happens between turns or before the sync of a turn. It loses the
 * process, and either all unsynced writes or none. The node restarts at once: a node that is down is the same as a node to
 * which nothing happens. With `asyncDisk` the sync is a separate event.
 *
 * Any timer can fire at any time, and messages arrive in any order. A message that is never delivered stays in flight and
 * takes up room. When more messages are sent than there is room for, any of them can be lost. `drops` are additional
 * losses. `duplicates` are deliveries after which the message stays in flight.
 *
 * `damage` is a crash that loses all unsynced writes and one durable entry of the log. The node restarts with what recovery
 * leaves it: the entries before the lost one as its log, where that log ended as its horizon, and the entries after the lost one,
 * which it reads only until its log is repaired.
 *
 * `reads` are asked of any node that leads or knows a leader, `changes` and `transfers` of any leader; one that it refuses is
 * no event. A snapshot holds all that its node knows to be committed and is sent in two parts; its file is durable at once. A
 * wiped node has an empty disk with another uid. An obituary may come to any node about any other, true or not, but not about a
 * leader that the node follows. A lease may be valid unless its round is known to have begun an election timeout ago: see
 * `lease-time.ts`.
 *
 * Each transition is checked: what a step may do (`checkStep`, `checkState`); that promises are on disk when they leave;
 * that the term and the vote on disk never go back; and the properties of Figure 3, between any two nodes (`checkCluster`)
 * and over time, including leaders and commits that a crash has erased; and that a node with a damaged log takes without a
 * leader only entries that it had; that reads are linearizable; and, with changes, that majorities overlap and decide.
 *
 * @throws KontikiError for an invalid option.
 */
export function explore(options: ExploreOptions = {}): Exploration {
  return finish(checkedExploring("explore", options));
}

/** Like {@link explore}, as work that can be paused: it yields its progress every few hundred states. */
export function exploreInSlices(options: ExploreOptions = {}): Work<Exploration, ExploreProgress> {
  return checkedExploring("exploreInSlices", options);
}

function checkedExploring(
  where: string,
  options: ExploreOptions,
): Work<Exploration, ExploreProgress> {
  checkOptions(where, EXPLORE_OPTIONS, options);
  const isPossible = options.hashes !== true || options.order !== "depth";
  checkArgument(
    where,
    "order",
    rule('"breadth" when hashes is true', () => isPossible),
    options.order,
  );
  return exploring(options, boundsOf(options));
}

function* exploring(options: ExploreOptions, bounds: Bounds): Work<Exploration, ExploreProgress> {
  const parts = partsOf(bounds, options.symmetry ?? true);
  const { order = "breadth", hashes = false } = options;
  const search = new Search(parts, { order, hashes }, options);
  const ended = yield* search.run();
  const { sometimes, firstMet, hashes: kept, violation } = search;
  const never = expectedOf(bounds).filter((name) => sometimes[name] === 0);
  const { states, transitions, waiting, bytes } = search.progress;
  const { unreduced, greatestDepth: depth } = search;
  const depthChecked = ended === "exhausted" ? undefined : search.depthChecked;
  const held = ended === "exhausted" && never.length === 0 ? "holds" : "unknown";
  const verdict = violation === undefined ? held : "violated";
  const size = {
    states,
    transitions,
    depth,
    depthChecked,
    waiting,
    unreduced,
    bytes,
    hashes: kept,
  };
  return { verdict, ended, ...size, sometimes, firstMet, never, violation };
}
