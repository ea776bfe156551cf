/**
 * A follower receives its leader's snapshot, chunk by chunk, and continues after it (§7, Figure 13, dissertation 5.3).
 */
import { index, step, type Snapshot, type State } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import {
  a,
  appendAccepted,
  appendEntries,
  appendLog,
  b,
  c,
  candidate,
  commit,
  d,
  durable,
  e,
  electionTimeout,
  entries,
  env,
  follower,
  from,
  leader,
  noop,
  preCandidate,
  replicating,
  requestVote,
  resetElectionTimer,
  run,
  saveHardState,
  send,
  voteReply,
} from "./support/core.ts";
import {
  bytesAt,
  chunk,
  chunkReply,
  envAfter,
  inForce,
  installSnapshot,
  logRepaired,
  membershipEntry,
  peerDown,
  position,
  receiving,
  saveChunk,
  snapshot,
  snapshotBroken,
  snapshotReceived,
  contents,
} from "./support/snapshots.ts";

/** Three chunks of ten bytes, for a server whose log is [1, 1, 1]. */
const theirs = snapshot([10, 2]);
const setup = env({ log: [1, 1, 1] });

/** A follower of `b` in term 3 that has received this much of a snapshot, or none. */
function gets(received?: number, of: Snapshot = theirs, given: { commit?: number } = {}): State {
  const coming = received === undefined ? undefined : receiving(of, received);
  return follower({ term: 3, leader: b, commit: 1, durable: 3, receiving: coming, ...given });
}

const saved = (received: number, of: Snapshot = theirs) => send(b, chunkReply(3, of, received));

describe("snapshot_install: chunks arrive in order (Figure 13)", () => {
  test.each([
    ["the first begins a new snapshot", undefined, 0, 10],
    ["the next follows what was saved", 10, 10, 20],
  ])("%s", (_title, before, offset, after) => {
    expect(step(setup, gets(before), from(b, chunk(3, theirs, offset)))).toEqual({
      state: gets(after),
      effects: [resetElectionTimer, saveChunk(theirs, offset), saved(after)],
    });
  });

  test("the last is not answered: the snapshot counts only when all chunks form an intact one", () => {
    expect(step(setup, gets(20), from(b, chunk(3, theirs, 20)))).toEqual({
      state: gets(30),
      effects: [resetElectionTimer, saveChunk(theirs, 20)],
    });
  });

  test("one chunk may be the whole snapshot", () => {
    const small = snapshot([10, 2], { size: 10 });
    expect(step(setup, gets(), from(b, chunk(3, small, 0)))).toEqual({
      state: gets(10, small),
      effects: [resetElectionTimer, saveChunk(small, 0)],
    });
  });

  test.each([
    ["that arrived twice", 20, 0],
    ["that arrived twice, right after it was saved", 10, 0],
    ["that arrived too early", 10, 20],
    ["that arrived too early, of a snapshot not begun", undefined, 10],
    ["that arrived when all had been saved", 30, 20],
  ])("a chunk %s is not saved: the reply says where to continue", (_title, received, offset) => {
    const state = gets(received);
    expect(step(setup, state, from(b, chunk(3, theirs, offset)))).toEqual({
      state,
      effects: [resetElectionTimer, saved(received ?? 0)],
    });
  });

  test.each([
    ["is empty", 10, 10, 0],
    ["goes past the end", 20, 20, 11],
    ["is after the end", 30, 30, 10],
    ["is empty, at the end", 30, 30, 0],
  ])("nor is one that %s", (_title, received, offset, count) => {
    const state = gets(received);
    const message = chunk(3, theirs, offset, bytesAt(offset, count));
    expect(step(setup, state, from(b, message))).toEqual({
      state,
      effects: [resetElectionTimer, saved(received)],
    });
  });

  test("heartbeats in between do not affect it", () => {
    const message = appendEntries(3, { commit: 12, round: 4 });
    expect(step(setup, gets(10), from(b, message))).toEqual({
      state: gets(10),
      effects: [resetElectionTimer, send(b, appendAccepted(3, 0, 4))],
    });
  });

  test("§5.2 a chunk counts as hearing the leader, as entries do", () => {
    const unheard = follower({ term: 3, leader: b, heard: false, commit: 1, durable: 3 });
    expect(step(setup, unheard, from(b, chunk(3, theirs, 0))).state).toEqual(gets(10));
    for (const state of [candidate({ term: 3 }), preCandidate({ term: 3 })]) {
      const vote = { votedFor: state.votedFor };
      expect(step(setup, state, from(b, chunk(3, theirs, 0))).state).toEqual(
        follower({ term: 3, ...vote, leader: b, receiving: receiving(theirs, 10) }),
      );
    }
  });
});

describe("20 a snapshot that is not needed", () => {
  const accepts = (match: number) => send(b, appendAccepted(3, match));

  test("an old one ends where this server knows more: the reply says how much", () => {
    const long = env({ log: [1, 1, 1, 1, 2] });
    for (const of of [snapshot([5, 2]), snapshot([3, 1])]) {
      const state = follower({ term: 3, leader: b, commit: 5, durable: 5 });
      expect(step(long, state, from(b, chunk(3, of, 0)))).toEqual({
        state,
        effects: [resetElectionTimer, accepts(5)],
      });
    }
  });

  test("its last entry is in the log: it is committed, and nothing else is used of it (§7)", () => {
    const long = env({ log: [1, 1, 1, 2, 2] });
    const of = snapshot([4, 2]);
    expect(step(long, gets(), from(b, chunk(3, of, 0)))).toEqual({
      state: gets(undefined, of, { commit: 4 }),
      effects: [resetElectionTimer, commit(4), accepts(4)],
    });
  });

  test("memberships before it no longer count, and those after it still do", () => {
    const long = env({ log: [1, 1, 1, 2, 2] });
    const known = [inForce(1), inForce(3, { voters: [a, b] }), inForce(5)];
    const state = { ...gets(), memberships: known };
    expect(step(long, state, from(b, chunk(3, snapshot([4, 2]), 0))).state).toEqual({
      ...gets(undefined, theirs, { commit: 4 }),
      memberships: known.slice(1),
    });
  });

  test("its index is in the log, with another term: it is needed", () => {
    const other = env({ log: [1, 1, 1, 1, 1] });
    const of = snapshot([4, 2]);
    expect(step(other, gets(), from(b, chunk(3, of, 0))).effects).toEqual([
      resetElectionTimer,
      saveChunk(of, 0),
      saved(10, of),
    ]);
  });

  test("entries in flight brought its last one: the rest of it is not waited for", () => {
    const message = appendEntries(3, { after: [3, 1], entries: entries([2, 2], 4) });
    const of = snapshot([4, 2]);
    const after = run(setup, gets(10, of), from(b, message), from(b, chunk(3, of, 10)));
    expect(after.state).toEqual(gets(undefined, of, { commit: 4 }));
    expect(after.effects.slice(-3)).toEqual([resetElectionTimer, commit(4), accepts(4)]);
  });

  test("a leader of an older term learns that it no longer leads", () => {
    expect(step(setup, gets(10), from(c, chunk(2, theirs, 0)))).toEqual({
      state: gets(10),
      effects: [send(c, chunkReply(3, theirs, 0))],
    });
  });
});

describe("another snapshot in between", () => {
  test.each([
    ["a newer one of the same leader", snapshot([12, 3])],
    ["one of the same index with other bytes", snapshot([10, 2], { checksum: 8 })],
    ["one of the same index with another size", snapshot([10, 2], { size: 40 })],
  ])("%s starts again", (_title, other) => {
    expect(step(setup, gets(20), from(b, chunk(3, other, 0)))).toEqual({
      state: gets(10, other),
      effects: [resetElectionTimer, saveChunk(other, 0), saved(10, other)],
    });
    expect(step(setup, gets(20), from(b, chunk(3, other, 20)))).toEqual({
      state: gets(20),
      effects: [resetElectionTimer, saved(0, other)],
    });
  });

  test("of a new leader: the old one's chunks are useless, even of the same snapshot", () => {
    const state = gets(20);
    const message = chunk(4, theirs, 20);
    expect(step(setup, state, from(c, message))).toEqual({
      state: follower({ term: 4, leader: c, commit: 1, durable: 3 }),
      effects: [saveHardState(4, undefined), resetElectionTimer, send(c, chunkReply(4, theirs, 0))],
    });
  });
});

describe("a server that stops receiving", () => {
  test.each<[string, Parameters<typeof step>[2], State]>([
    [
      "hears of a newer term",
      from(c, requestVote(4)),
      follower({ term: 4, commit: 1, durable: 3 }),
    ],
    [
      "stands for election",
      electionTimeout,
      candidate({ term: 4, votedFor: a, commit: 1, durable: 3 }),
    ],
    ["knows that its leader is gone", peerDown(b), follower({ term: 3, commit: 1, durable: 3 })],
  ])("because it %s does not use the complete snapshot", (_title, event, expected) => {
    const after = step(setup, gets(30), event as typeof electionTimeout);
    expect(after.state).toEqual(expected);
    for (const late of [snapshotReceived(theirs), snapshotBroken(theirs)])
      expect(step(setup, after.state, late)).toEqual({ state: expected, effects: [] });
  });

  test("nor does a leader install it, or a server that receives another snapshot", () => {
    const leads = leader({ term: 4, progress: { b: replicating(4), c: replicating(4) } });
    const other = gets(10, snapshot([12, 3]));
    for (const state of [leads, other, gets()])
      for (const late of [snapshotReceived(theirs), snapshotBroken(theirs)])
        expect(step(setup, state, late)).toEqual({ state, effects: [] });
  });

  test("install_crash: after a restart nothing of it is left, and it starts again", () => {
    const restarted = follower({ term: 3, durable: 3 });
    expect(step(setup, restarted, from(b, chunk(3, theirs, 20)))).toEqual({
      state: follower({ term: 3, leader: b, durable: 3 }),
      effects: [resetElectionTimer, saved(0)],
    });
  });
});

describe("an intact snapshot replaces state machine and log (§7)", () => {
  const installed = (of: Snapshot, given: { horizon?: State["horizon"] } = {}) =>
    follower({
      term: 3,
      leader: b,
      commit: of.index,
      durable: of.index,
      snapshot: of,
      memberships: [{ index: of.index, membership: of.membership }],
      ...(given.horizon === undefined ? {} : { horizon: given.horizon }),
    });

  test("the log is shorter: it continues after the snapshot", () => {
    const after = run(setup, gets(30), snapshotReceived(theirs));
    expect(after.state).toEqual(installed(theirs));
    expect(after.effects).toEqual([installSnapshot(theirs), send(b, appendAccepted(3, 10))]);
    expect(contents(after.env.log)).toEqual({ base: [10, 2], entries: [] });
  });

  test("20 the log is longer and has another term there: all of it was another leader's", () => {
    const longer = env({ log: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1] });
    const after = run(longer, gets(30), snapshotReceived(theirs));
    expect(after.state).toEqual(installed(theirs));
    expect(contents(after.env.log)).toEqual({ base: [10, 2], entries: [] });
  });

  test("then the entries after it", () => {
    const message = appendEntries(3, {
      after: [10, 2],
      entries: entries([2, 3], 11),
      commit: 11,
      round: 5,
    });
    const after = run(setup, gets(30), snapshotReceived(theirs), from(b, message));
    expect(after.state).toEqual({ ...installed(theirs), commit: index(11) });
    expect(after.effects.slice(2)).toEqual([
      resetElectionTimer,
      appendLog(...entries([2, 3], 11)),
      commit(11),
      send(b, appendAccepted(3, 12, 5)),
    ]);
    expect(contents(after.env.log)).toEqual({ base: [10, 2], entries: entries([2, 3], 11) });
  });

  test("later chunks of it are answered with what the server holds", () => {
    const after = run(setup, gets(30), snapshotReceived(theirs), from(b, chunk(3, theirs, 20)));
    expect(after.state).toEqual(installed(theirs));
    expect(after.effects.slice(2)).toEqual([resetElectionTimer, send(b, appendAccepted(3, 10))]);
  });

  test("22 it counts as durable up to its end: a server that is elected next counts itself up to there", () => {
    const after = run(
      setup,
      gets(30),
      snapshotReceived(theirs),
      electionTimeout,
      from(c, voteReply(4, true)),
    );
    expect(after.state.durable).toBe(10);
    expect(after.effects.slice(-2)).toEqual([
      send(c, appendEntries(4, { after: [10, 2], commit: 10, round: 1 })),
      appendLog(noop(11, 4)),
    ]);
  });
});

describe("20 entries in flight bring the last entry of a snapshot that is complete by then", () => {
  const of = snapshot([4, 2]);
  const behind = (commitIndex: number) =>
    appendEntries(3, { after: [3, 1], entries: entries([2, 2, 2], 4), commit: commitIndex });

  test("entries after it were promised, and stay", () => {
    const after = run(setup, gets(30, of), from(b, behind(1)), snapshotReceived(of));
    expect(after.state).toEqual(gets(undefined, of, { commit: 4 }));
    expect(after.effects).toEqual([
      resetElectionTimer,
      appendLog(...entries([2, 2, 2], 4)),
      send(b, appendAccepted(3, 6)),
      commit(4),
      send(b, appendAccepted(3, 4)),
    ]);
    expect(contents(after.env.log)).toEqual({ base: [0, 0], entries: entries([1, 1, 1, 2, 2, 2]) });
  });

  test("committed entries after it stay committed", () => {
    const after = run(setup, gets(30, of), from(b, behind(6)), snapshotReceived(of));
    expect(after.state).toEqual(gets(undefined, of, { commit: 6 }));
    expect(after.effects.slice(-2)).toEqual([commit(6), send(b, appendAccepted(3, 6))]);
  });
});

describe("a damaged snapshot (snapshotBroken)", () => {
  test("starts again: the reply says that nothing is saved", () => {
    expect(step(setup, gets(30), snapshotBroken(theirs))).toEqual({
      state: gets(),
      effects: [saved(0)],
    });
  });

  test("then its first chunk is accepted again", () => {
    const after = run(setup, gets(30), snapshotBroken(theirs), from(b, chunk(3, theirs, 0)));
    expect(after.state).toEqual(gets(10));
  });
});

describe("snapshot_overrides_membership: it records the membership (dissertation 5.1)", () => {
  const given = { voters: [a, c, d], learners: [e], uids: { [d]: 4 }, lastUid: 4 };
  const of = snapshot([10, 2], { membership: given });

  test("whatever the log said", () => {
    const state = {
      ...gets(30, of),
      memberships: [inForce(1, { voters: [a, b] }), inForce(3, { voters: [a] })],
    };
    const after = run(setup, state, snapshotReceived(of), electionTimeout);
    expect(after.state).toEqual(
      candidate({
        term: 4,
        commit: 10,
        durable: 10,
        snapshot: of,
        memberships: [inForce(10, given)],
      }),
    );
    const request = requestVote(4, { lastIndex: 10, lastTerm: 2 });
    expect(after.effects.slice(2)).toEqual([
      saveHardState(4, a),
      resetElectionTimer,
      send(c, request),
      send(d, request, 4),
    ]);
  });

  test("about later ones the log says more", () => {
    const change = membershipEntry(11, 3, { voters: [a, c] });
    const message = appendEntries(3, { after: [10, 2], entries: [change] });
    const after = run(setup, gets(30, of), snapshotReceived(of), from(b, message));
    expect(after.state.memberships).toEqual([inForce(10, given), inForce(11, { voters: [a, c] })]);
  });

  test("§6 a joint one is joint: both halves decide, and the next leader leaves it", () => {
    const joint = { voters: [a, d, e], outgoing: [a, b, c] };
    const both = snapshot([10, 2], { membership: joint });
    const elect = run(setup, gets(30, both), snapshotReceived(both), electionTimeout);
    const half = run(elect.env, elect.state, from(d, voteReply(4, true)));
    expect(half.state.role).toEqual({ type: "candidate", votes: [a, d] });
    const won = run(half.env, half.state, from(b, voteReply(4, true)), durable(11, 4));
    expect(won.state.role.type).toBe("leader");
    const left = run(won.env, won.state, from(d, appendAccepted(4, 10)));
    expect(left.effects).toEqual([appendLog(membershipEntry(12, 4, { voters: [a, d, e] }))]);
    expect(left.state.memberships).toEqual([
      inForce(10, joint),
      inForce(12, { voters: [a, d, e] }),
    ]);
  });

  test("a server that is no longer in it does not stand", () => {
    const without = snapshot([10, 2], { membership: { voters: [b, c] } });
    const after = run(setup, gets(30, without), snapshotReceived(without), electionTimeout);
    expect(after.effects.slice(2)).toEqual([resetElectionTimer]);
  });
});

describe("a damaged log is intact with a snapshot that goes far enough (FAST '18)", () => {
  test.each<[string, readonly [number, number], boolean]>([
    ["to the horizon", [10, 2], true],
    ["beyond it", [9, 2], true],
    ["of a later term, in a log that was longer", [20, 1], true],
    ["not that far", [11, 2], false],
    ["of an earlier term, whatever its index", [4, 3], false],
  ])("%s", (_title, at, whole_) => {
    const horizon = position(at);
    const state = { ...gets(30), horizon };
    const after = step(setup, state, snapshotReceived(theirs));
    expect(after.state.horizon).toEqual(whole_ ? undefined : horizon);
    expect(after.effects).toEqual([
      installSnapshot(theirs),
      send(b, appendAccepted(3, 10)),
      ...(whole_ ? [logRepaired] : []),
    ]);
  });
});

test("a follower whose log begins after a snapshot receives a newer one", () => {
  const old = snapshot([4, 1], { checksum: 3 });
  const state = follower({
    term: 3,
    leader: b,
    commit: 5,
    durable: 5,
    snapshot: old,
    memberships: [inForce(4)],
    receiving: receiving(theirs, 30),
  });
  const after = run(envAfter([4, 1], [1]), state, snapshotReceived(theirs));
  expect(after.state).toEqual(
    follower({
      term: 3,
      leader: b,
      commit: 10,
      durable: 10,
      snapshot: theirs,
      memberships: [inForce(10)],
    }),
  );
  expect(contents(after.env.log)).toEqual({ base: [10, 2], entries: [] });
});
