import { majority } from "@kontiki/core";
import type { Bounds } from "./bounds.ts";
import type { Happened } from "./happened.ts";

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
const hasCommands: Condition = (bounds) => hasProposals(bounds) || bounds.logs.flat().length > 0;
const hasNoops: Condition = ({ configs }) => configs[0]?.noop === true;
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
  "a leader commits an entry": sometimes(
    always,
    (bounds) => hasNoops(bounds) || hasProposals(bounds),
  ),
  "a leader commits a command": sometimes(hasCommands, hasProposals),
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
  "a vote is withheld": sometimes(checksQuorum, (bounds) => isCluster(bounds) && hasTerms(bounds)),
  "a leader steps down because no majority answers": sometimes(
    checksQuorum,
    (bounds) => isCluster(bounds) && bounds.heartbeats > quorumBeatsOf(bounds),
  ),
};

/** All events, in the order in which they are shown. */
const ALL = Object.keys(EVENTS) as readonly Happened[];

/** The events that are possible within these bounds. */
export function possibleIn(bounds: Bounds): readonly Happened[] {
  return ALL.filter((name) => EVENTS[name].may(bounds));
}

/** The events that a complete search within these bounds must meet. */
export function expectedOf(bounds: Bounds): readonly Happened[] {
  return ALL.filter((name) => EVENTS[name].must(bounds));
}
