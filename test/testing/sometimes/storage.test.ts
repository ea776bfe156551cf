import type { NodeActor, Recovered } from "@kontiki/actors/node";
import type { Happening } from "@kontiki/testing";
import { STORAGE } from "../../../packages/testing/src/sometimes/storage.ts";
import { INITIAL_HARD_STATE, LOG_START, type State } from "@kontiki/core";
import {
  a,
  appendEntries,
  b,
  candidate,
  d,
  entries,
  entry,
  env,
  follower,
  from,
  hardState,
  leader,
  probe,
  propose,
  requestVote,
  snapshotChunk,
  snapshotOf,
  type TestEnv,
} from "../../core/support/core.ts";
import { inForce } from "../../core/support/membership.ts";
import { stepped, testRunPoints, type Part } from "../support/run-points.ts";

const FRESH: Recovered = {
  hard: INITIAL_HARD_STATE,
  base: LOG_START,
  entries: [],
  snapshot: undefined,
  horizon: undefined,
  damage: undefined,
  tornBytes: 0,
};

function started(found: Partial<Recovered> = {}, uid = 0): Happening {
  const recovered = { ...FRESH, ...found };
  return { type: "started", node: a, uid, incarnation: 1, recovered, actor: {} as NodeActor };
}

/** Entries as they are recovered: only their terms matter here. */
function found(terms: readonly number[]): Partial<Recovered> {
  return { entries: entries(terms) as unknown as Recovered["entries"] };
}

const powerLoss: Happening = { type: "ended", node: a, cause: "power", kept: "nothing" as never };
const ended: Happening = { type: "ended", node: a, cause: "killed", kept: undefined };
const failed: Happening = { type: "ended", node: a, cause: "its disk failed", kept: undefined };
const synced: Happening = { type: "synced", node: a };

const empty = env();
const votes = stepped([empty, follower({ term: 1 }), from(b, requestVote(2))]);
const adopts = stepped([empty, follower({ term: 1 }), from(b, appendEntries(2))]);
const appends = stepped([
  empty,
  follower({ term: 1, leader: b }),
  from(b, appendEntries(1, { entries: entries([1]) })),
]);
const cuts = stepped([
  env({ log: [1, 1] }),
  follower({ term: 2, leader: b }),
  from(b, appendEntries(2, { after: [1, 1], entries: [entry(2, 2)] })),
]);
const snapshot = snapshotOf(5, 1);
const installs = stepped([
  empty,
  follower({ term: 1, leader: b, receiving: { snapshot, received: 10 } }),
  { type: "snapshotReceived", snapshot },
]);
const receives = stepped([
  empty,
  follower({ term: 1, leader: b }),
  from(b, snapshotChunk(1, snapshot, { offset: 0, bytes: [1] })),
]);

function proposes(more: Partial<State> = {}, where: TestEnv = empty): Part {
  const state = { ...leader({ term: 1, progress: { b: probe(1), c: probe(1) } }), ...more };
  return stepped([where, state, propose("x")]);
}

const role = leader({
  term: 1,
  progress: { b: probe(1), c: probe(1) },
  transfer: { target: b, beats: 0, told: false },
}).role;
const horizon = { horizon: { index: 3, term: 1 } as never };
const damage = { damage: "byte 7 is bad" };
const lastWrite = { damage: "the last write, which had succeeded, is bad or missing" };
const heard = stepped([empty, candidate({ term: 1 }), from(b, appendEntries(1))]);

testRunPoints(STORAGE, [
  ["storage.torn", [started({ tornBytes: 7 })], [started()]],
  [
    "storage.lostTerm",
    [started(), adopts, powerLoss, started({ hard: hardState(1) })],
    [started(), adopts, powerLoss, started({ hard: hardState(2) })],
  ],
  [
    "storage.keptTerm",
    [started(), adopts, powerLoss, started({ hard: hardState(2) })],
    [started(), adopts, synced, powerLoss, started({ hard: hardState(2) })],
  ],
  ["storage.lostVote", [started(), votes, powerLoss], [started(), votes, synced, powerLoss]],
  [
    "storage.lostEntries",
    [started(), appends, powerLoss, started()],
    [started(), appends, powerLoss, started(found([1]))],
  ],
  [
    "storage.keptEntries",
    [started(), appends, powerLoss, started(found([1]))],
    [started(), appends, synced, powerLoss, started(found([1]))],
  ],
  [
    "storage.cutUndone",
    [started(found([1, 1])), cuts, powerLoss, started(found([1, 1]))],
    [started(found([1, 1])), cuts, powerLoss, started(found([1, 2]))],
  ],
  [
    "storage.cutKept",
    [started(found([1, 1])), cuts, powerLoss, started(found([1, 2]))],
    [started(found([1, 1])), cuts, powerLoss, started(found([1, 1]))],
  ],
  [
    "storage.halfInstalled",
    [started(), installs, powerLoss, started({ snapshot })],
    [started(), installs, synced, powerLoss, started({ snapshot })],
  ],
  [
    "storage.voteRemembered",
    [started(), votes, synced, ended, started({ hard: hardState(2, b) })],
    [started(), votes, synced, ended, started({ hard: hardState(2) })],
  ],
  [
    "storage.crashedLeading",
    [started(), proposes(), ended],
    [started(), proposes(), synced, ended],
  ],
  ["storage.crashedReceiving", [started(), receives, ended], [started(), appends, ended]],
  [
    "storage.crashedInTransfer",
    [started(), proposes({ role }), ended],
    [started(), proposes(), ended],
  ],
  [
    "storage.crashedJoint",
    [started(), proposes({ memberships: [inForce(1, { outgoing: [a, b, d] })] }), ended],
    [started(), proposes({ memberships: [inForce(1)] }), ended],
  ],
  ["storage.failed", [started(), heard, failed], [started(), heard, ended]],
  ["storage.failedLeading", [started(), proposes(), failed], [started(), heard, failed]],
  ["storage.wiped", [started(), ended, started({}, 1)], [started(), ended, started()]],
  ["storage.damaged", [started({ ...damage, ...horizon })], [started(damage)]],
  ["storage.damagedHarmlessly", [started(damage)], [started({ ...damage, ...horizon })]],
  ["storage.lastWriteDamaged", [started(lastWrite)], [started(damage)]],
  [
    "storage.horizonKept",
    [started({ ...damage, ...horizon }), ended, started(horizon)],
    [started({ ...damage, ...horizon }), ended, started({ ...damage, ...horizon })],
  ],
  [
    "storage.damagedAgain",
    [started({ ...damage, ...horizon }), ended, started({ ...damage, ...horizon })],
    [started(), ended, started({ ...damage, ...horizon })],
  ],
  [
    "storage.refused",
    [started(), ended, { type: "refused", node: a, reason: "damaged" }],
    [started(), ended, started()],
  ],
]);
