import { majority } from "@kontiki/core";
import type { Bounds } from "./bounds.ts";
import type { ByEvent, Happened } from "./happened.ts";

type Condition = (bounds: Bounds) => boolean;

/** Within which bounds an event can happen, and within which of them a complete search must meet it. */
type Expectation = { readonly may: Condition; readonly must: Condition };

const always: Condition = () => true;
const never: Condition = () => false;

/** An event that can happen within some bounds, and that a complete search must meet if `must` holds as well. */
function sometimes(may: Condition, must: Condition = never): Expectation {
  return { may, must: (bounds) => may(bounds) && must(bounds) };
}

const isCluster: Condition = ({ nodes }) => nodes > 1;
const hasTerms: Condition = ({ terms }) => terms > 1;
const hasCrashes: Condition = ({ crashes }) => crashes > 0;
const hasDamage: Condition = ({ damage }) => damage > 0;
const hasProposals: Condition = ({ proposals }) => proposals > 0;
const hasChanges: Condition = ({ changes }) => changes > 0;
const hasSnapshots: Condition = ({ snapshots }) => snapshots > 0;
const hasWipes: Condition = ({ wipes }) => wipes > 0;
const hasTransfers: Condition = ({ transfers }) => transfers > 0;
const hasPreVote: Condition = ({ configs }) => configs[0]?.preVote === true;
const quorumBeatsOf = ({ configs }: Bounds): number => configs[0]?.quorumBeats ?? 0;
const checksQuorum: Condition = (bounds) => quorumBeatsOf(bounds) > 0;
const hasReads: Condition = ({ reads }) => reads > 0;
const canFetch: Condition = (bounds) =>
  hasDamage(bounds) && isCluster(bounds) && bounds.configs[0]?.fetch === true;

const EVENTS: Readonly<Record<Happened, Expectation>> = {
  "a leader is elected": sometimes(always, always),
  "a leader of a later term is elected": sometimes(hasTerms, always),
  "a leader commits an entry": sometimes(always, always),
  "a leader commits a command": sometimes(hasProposals, always),
  "a leader commits an entry of an older term": sometimes(hasTerms),
  "a follower learns of a commit": sometimes(isCluster),
  "a conflict truncates a log": sometimes(isCluster),
  "a vote is refused": sometimes(isCluster),
  "AppendEntries is rejected": sometimes(isCluster),
  "a leader steps down": sometimes(isCluster),
  "a crash loses unsynced writes": sometimes(hasCrashes, always),
  "a leader crashes": sometimes(
    ({ crashes, damage, wipes }) => crashes + damage + wipes > 0,
    ({ crashes }) => crashes > 0,
  ),
  "two nodes lead at once, in different terms": sometimes(isCluster),
  "a send is lost for lack of room": sometimes(isCluster),
  "a message is dropped": sometimes(({ drops }) => drops > 0, isCluster),
  "a message is delivered twice": sometimes(({ duplicates }) => duplicates > 0, isCluster),
  "an entry is lost": sometimes(hasDamage, always),
  "an entry is fetched": sometimes(canFetch, always),
  "a log is repaired without a leader": sometimes(canFetch, always),
  "a damaged node votes": sometimes(
    (bounds) => hasDamage(bounds) && isCluster(bounds),
    ({ terms }) => terms > 1,
  ),
  "a leader is elected while a majority is damaged": sometimes(
    ({ damage, nodes }) => damage >= majority(nodes),
    ({ nodes, terms, inflight }) => nodes > 2 && terms > 1 && inflight > 1,
  ),
  "a read is answered": sometimes(hasReads, always),
  "a follower's read is answered": sometimes((bounds) => hasReads(bounds) && isCluster(bounds)),
  "a read waits while an earlier round is under way": sometimes(
    (bounds) => hasReads(bounds) && isCluster(bounds),
    always,
  ),
  "a waiting read is refused": sometimes((bounds) => hasReads(bounds) && isCluster(bounds)),
  "a read is answered by a lease": sometimes(
    (bounds) => hasReads(bounds) && bounds.configs[0]?.leases === true,
    always,
  ),
  "a membership is changed": sometimes(
    (bounds) => hasChanges(bounds) || hasWipes(bounds),
    (bounds) => hasChanges(bounds) && isCluster(bounds),
  ),
  "a joint membership is entered": sometimes(hasChanges, ({ nodes }) => nodes > 2),
  "a joint membership is left": sometimes(hasChanges, ({ nodes }) => nodes > 2),
  "a joint membership with an even outgoing half decides": sometimes(
    hasChanges,
    ({ configs, nodes, inflight }) => configs[0]?.voters.length === 2 && nodes > 2 && inflight > 1,
  ),
  "a membership is cut from a log": sometimes(hasChanges),
  "a learner is promoted": sometimes(
    (bounds) => hasChanges(bounds) || hasWipes(bounds),
    ({ configs, nodes }) => nodes > (configs[0]?.voters.length ?? 0),
  ),
  "a removed leader steps down": sometimes(hasChanges, isCluster),
  "a transfer begins": sometimes(hasTransfers, isCluster),
  "a node stands because its leader asks it to": sometimes(
    (bounds) => hasTransfers(bounds) || hasChanges(bounds),
    (bounds) => hasTransfers(bounds) && isCluster(bounds),
  ),
  "a transfer fails": sometimes(hasTransfers),
  "a snapshot is taken": sometimes(hasSnapshots, always),
  "a log is compacted": sometimes(hasSnapshots, ({ configs }) => configs[0]?.keptEntries === 0),
  "a snapshot is installed": sometimes(
    (bounds) => hasSnapshots(bounds) && isCluster(bounds),
    ({ nodes, terms, crashes }) => nodes > 2 && terms > 1 && crashes > 0,
  ),
  "a part of a snapshot arrives out of place": sometimes(hasSnapshots),
  "a part of a snapshot is not needed": sometimes(hasSnapshots),
  "a disk is wiped": sometimes(hasWipes, always),
  "a node with another disk asks to rejoin": sometimes(hasWipes, isCluster),
  "a node with another disk loses its vote": sometimes(
    hasWipes,
    ({ nodes, inflight, proposals, heartbeats }) =>
      nodes > 1 && inflight > 1 && proposals + heartbeats > 0,
  ),
  "the death of a leader is heard": sometimes(({ obituaries }) => obituaries > 0, isCluster),
  "a leader hears of a death": sometimes(({ obituaries }) => obituaries > 0, isCluster),
  "a pre-vote is granted": sometimes(hasPreVote, isCluster),
  "a pre-vote is refused": sometimes(hasPreVote),
  "a vote is withheld": sometimes(checksQuorum, isCluster),
  "a leader steps down because no majority answers": sometimes(
    checksQuorum,
    (bounds) => isCluster(bounds) && bounds.heartbeats > quorumBeatsOf(bounds),
  ),
};

const ALL = Object.keys(EVENTS) as readonly Happened[];

/** Sets of events, as numbers: the empty set is 0. */
export class EventSets {
  readonly #sets: (readonly Happened[])[] = [[]];
  readonly #ids = new Map<string, number>([["", 0]]);

  /** The number of a set. */
  idOf(events: ReadonlySet<Happened>): number {
    const names = [...events].toSorted();
    const key = names.join();
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    this.#ids.set(key, this.#sets.length);
    return this.#sets.push(names) - 1;
  }

  /** The set with a number. */
  setOf(id: number): readonly Happened[] {
    return this.#sets[id] ?? [];
  }
}

/**
 * Events of which one node alone knows nothing: a bit for each. A transition has a set of events of its node, from
 * {@link EventSets}, and these.
 */
export const BETWEEN_NODES = {
  "two nodes lead at once, in different terms": 1,
  "a send is lost for lack of room": 2,
  "a message is dropped": 4,
  "a message is delivered twice": 8,
  "a leader is elected while a majority is damaged": 16,
} as const satisfies ByEvent<number>;

const BITS = 5;

/** Counts transitions by the events in them. */
export class SometimesCounts {
  /** By the number of a set, and then by the bits between nodes. */
  #bySet = new Float64Array(1 << BITS);

  /** Counts a transition: the number of the set of its node's events, and bits of {@link BETWEEN_NODES}. */
  add(set: number, between: number): void {
    const at = (set << BITS) | between;
    if (at >= this.#bySet.length) this.#grow(at);
    this.#bySet[at] = (this.#bySet[at] ?? 0) + 1;
  }

  /** The number of transitions in which each event happened, for all events that are possible within the bounds. */
  countsOf(sets: EventSets, bounds: Bounds): ByEvent<number> {
    const counts = new Map<Happened, number>(possibleIn(bounds).map((name) => [name, 0]));
    this.#bySet.forEach((count, at) => {
      if (count === 0) return;
      const between = Object.entries(BETWEEN_NODES) as [Happened, number][];
      const beside = between.filter(([, bit]) => (at & bit) !== 0).map(([name]) => name);
      for (const name of [...sets.setOf(at >>> BITS), ...beside])
        counts.set(name, (counts.get(name) ?? 0) + count);
    });
    return Object.fromEntries(counts);
  }

  #grow(at: number): void {
    const old = this.#bySet;
    this.#bySet = new Float64Array(Math.max(2 * old.length, at + 1));
    this.#bySet.set(old);
  }
}

/** The events that are possible within these bounds. */
function possibleIn(bounds: Bounds): readonly Happened[] {
  return ALL.filter((name) => EVENTS[name].may(bounds));
}

/** The events that a complete search within these bounds must meet. */
export function expectedOf(bounds: Bounds): readonly Happened[] {
  return ALL.filter((name) => EVENTS[name].must(bounds));
}
