import { DAMAGE } from "../../../packages/testing/src/sometimes/damage.ts";
import {
  index,
  term,
  type Event,
  type Fetched,
  type LogPosition,
  type NodeId,
  type State,
} from "@kontiki/core";
import {
  appendEntries,
  b,
  d,
  electionTimeout,
  entry,
  env,
  follower,
  from,
  requestPreVote,
  requestVote,
  snapshotOf,
  timeoutNow,
  type Command,
} from "../../core/support/core.ts";
import { testPoints } from "../support/step-points.ts";

const at = (position: number, inTerm: number): LogPosition => ({
  index: index(position),
  term: term(inTerm),
});

/** A follower that had lost what comes after its first entry, up to `end`. */
function damaged(end: LogPosition, more: Partial<Parameters<typeof follower>[0]> = {}): State {
  return follower({ term: 1, horizon: end, ...more });
}

const lost = damaged(at(3, 1));
const intact = follower({ term: 1 });
const one = env({ log: [1] });
const ends = (lastIndex: number) => ({ lastIndex, lastTerm: 1 });

function reply(answer: Fetched<Command>, after = 1): Event<Command> {
  return from(b, { type: "fetchReply", term: term(1), after: index(after), answer });
}

const second = (prevTerm: number) =>
  reply({ type: "entries", prevTerm: term(prevTerm), entries: [entry(2, 1)] });
const lacks = (why: "damaged" | "absent") => reply({ type: "lack", why });

function request(known: LogPosition, by: NodeId = b): Event<Command> {
  return from(by, { type: "fetchRequest", term: term(1), after: at(1, 1), known: [known] });
}

const snapshot = snapshotOf(5, 1);
const compacted = env({ log: [1, 1, 1, 1, 1, 1] });
compacted.log.compact(index(5));
const fetching = damaged(at(7, 1), { receiving: { snapshot, received: 4 } });
const fetched = (bytes: Uint8Array): Event<Command> =>
  from(b, { type: "fetchedChunk", term: term(1), snapshot, offset: 4, bytes });
const next = from(b, appendEntries(1, { after: [1, 1], entries: [entry(2, 1)] }));
const replaced = from(b, appendEntries(2, { after: [1, 1], entries: [entry(2, 2)] }));

testPoints(DAMAGE, [
  [
    "damage.voteRefused",
    [one, lost, from(b, requestVote(2, ends(2)))],
    [one, lost, from(b, requestVote(2, ends(3)))],
  ],
  [
    "damage.preVoteRefused",
    [one, lost, from(b, requestPreVote(2, ends(2)))],
    [one, lost, from(b, requestPreVote(2, ends(3)))],
  ],
  [
    "damage.votes",
    [one, lost, from(b, requestVote(2, ends(3)))],
    [one, intact, from(b, requestVote(2, ends(3)))],
  ],
  [
    "damage.asks",
    [one, lost, electionTimeout],
    [env({ log: [1], fetch: false }), lost, electionTimeout],
  ],
  [
    "damage.asksStranger",
    [one, lost, from(d, requestVote(2))],
    [one, lost, from(b, requestVote(2))],
  ],
  [
    "damage.mayNotStand",
    [one, damaged(at(3, 1), { leader: b }), from(b, timeoutNow(1))],
    [one, follower({ term: 1, leader: b }), from(b, timeoutNow(1))],
  ],
  ["damage.fetched", [one, lost, second(1)], [one, lost, second(2)]],
  ["damage.lacksToo", [one, lost, lacks("damaged")], [one, lost, lacks("absent")]],
  ["damage.neverHad", [one, lost, lacks("absent")], [one, lost, lacks("damaged")]],
  [
    "damage.unproven",
    [env({ log: [1, 1] }), intact, request(at(3, 2))],
    [env({ log: [1, 1] }), intact, request(at(2, 1))],
  ],
  [
    "damage.offersSnapshot",
    [compacted, follower({ term: 1, commit: 5, snapshot }), request(at(3, 1))],
    [env({ log: [1, 1, 1] }), intact, request(at(3, 1))],
  ],
  [
    "damage.lateAnswer",
    [one, lost, reply({ type: "lack", why: "absent" }, 0)],
    [one, lost, reply({ type: "lack", why: "absent" }, 1)],
  ],
  [
    "damage.leaderFirst",
    [one, damaged(at(3, 1), { leader: b }), second(1)],
    [one, lost, second(1)],
  ],
  [
    "damage.partMissing",
    [one, fetching, fetched(new Uint8Array(0))],
    [one, fetching, fetched(Uint8Array.of(1))],
  ],
  [
    "damage.repairedByLeader",
    [one, damaged(at(2, 1), { leader: b }), next],
    [one, damaged(at(3, 1), { leader: b }), next],
  ],
  ["damage.repairedAlone", [one, damaged(at(2, 1)), second(1)], [one, lost, second(1)]],
  [
    "damage.replacedByLeader",
    [env({ log: [1, 1] }), damaged(at(3, 1), { term: 2, leader: b }), replaced],
    [env({ log: [1, 1] }), follower({ term: 2, leader: b }), replaced],
  ],
]);
