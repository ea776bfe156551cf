/** The log before a snapshot is removed, and everything continues with the rest (§7, dissertation 5.1). */
import { AssertionError, step, type Progress } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import {
  a,
  appendAccepted,
  appendEntries,
  appendLog,
  appendRejected,
  b,
  c,
  candidate,
  commit,
  durable,
  entries,
  entry,
  env,
  follower,
  from,
  heartbeatTimeout,
  leader,
  preCandidate,
  probe,
  propose,
  replicate,
  replicating,
  requestVote,
  resetElectionTimer,
  resetHeartbeatTimer,
  run,
  saveHardState,
  send,
  truncateLog,
  voteReply,
} from "./support/core.ts";
import {
  compact,
  compactLog,
  envAfter,
  inForce,
  installSnapshot,
  receiving,
  snapshot,
  sendChunk,
  snapshotReceived,
  snapshotTaken,
  sending,
  contents,
} from "./support/snapshots.ts";

describe("snapshot_basic: a durable snapshot replaces the log before it (§7)", () => {
  const taken = snapshot([4, 2]);
  const setup = env({ log: [1, 1, 2, 2, 2], keptEntries: 0 });

  test.each([
    ["follower", follower({ term: 2, leader: b, commit: 5 })],
    ["pre-candidate", preCandidate({ term: 2, commit: 5 })],
    ["candidate", candidate({ term: 2, commit: 5 })],
    ["leader", leader({ term: 2, commit: 5, progress: { b: replicating(6), c: replicating(6) } })],
  ])("for a %s: compaction is leader-independent", (_title, state) => {
    const after = run(setup, state, snapshotTaken(taken));
    expect(after.state).toEqual({ ...state, snapshot: taken });
    expect(after.effects).toEqual([compactLog(4)]);
    expect(contents(after.env.log)).toEqual({ base: [4, 2], entries: [entry(5, 2)] });
  });

  test.each([
    [
      "keeps this many entries before it, for followers that are slightly behind",
      3,
      [compactLog(1)],
    ],
    ["removes nothing when it keeps as many entries as there are", 4, []],
    ["or more", 9, []],
  ])("dissertation 5.1.2: it %s", (_title, keptEntries, effects) => {
    const state = follower({ term: 2, commit: 5 });
    expect(step(env({ log: [1, 1, 2, 2, 2], keptEntries }), state, snapshotTaken(taken))).toEqual({
      state: { ...state, snapshot: taken },
      effects,
    });
  });

  test("entries removed by an earlier compaction are not removed again", () => {
    const state = follower({ term: 2, commit: 5, snapshot: snapshot([3, 2]) });
    const next = { ...state, snapshot: taken };
    expect(step(envAfter([3, 2], [2, 2], { keptEntries: 1 }), state, snapshotTaken(taken))).toEqual(
      { state: next, effects: [] },
    );
    expect(step(envAfter([3, 2], [2, 2], { keptEntries: 0 }), state, snapshotTaken(taken))).toEqual(
      { state: next, effects: [compactLog(4)] },
    );
  });

  test("a snapshot that becomes durable after a newer one is ignored", () => {
    for (const known of [snapshot([4, 2], { checksum: 8 }), snapshot([5, 2])]) {
      const state = follower({ term: 2, commit: 5, snapshot: known });
      expect(step(setup, state, snapshotTaken(taken))).toEqual({ state, effects: [] });
    }
  });

  test("so is one that was begun before a leader's snapshot was installed", () => {
    const theirs = snapshot([9, 3]);
    const state = follower({ term: 3, leader: b, commit: 2, receiving: receiving(theirs, 30) });
    const after = run(setup, state, snapshotReceived(theirs), snapshotTaken(taken));
    expect(after.state).toEqual(
      follower({
        term: 3,
        leader: b,
        commit: 9,
        durable: 9,
        snapshot: theirs,
        memberships: [inForce(9)],
      }),
    );
    expect(after.effects).toEqual([installSnapshot(theirs), send(b, appendAccepted(3, 9))]);
  });

  test("only committed entries can be in a snapshot: otherwise the server dies", () => {
    const state = follower({ term: 2, commit: 3 });
    expect(() => step(setup, state, snapshotTaken(taken))).toThrow(AssertionError);
  });
});

describe("an operator compacts (compact)", () => {
  const state = follower({ term: 2, commit: 5, snapshot: snapshot([4, 2]) });

  test.each([
    ["everything that the snapshot covers", 0, [compactLog(4)]],
    ["keeping some entries", 1, [compactLog(3)]],
    ["keeping as many as there are", 4, []],
    ["keeping more than there are", 100, []],
  ])("%s, whatever the configuration keeps", (_title, keptEntries, effects) => {
    expect(step(env({ log: [1, 1, 2, 2, 2] }), state, compact(keptEntries))).toEqual({
      state,
      effects,
    });
  });

  test("without a snapshot nothing can be removed", () => {
    const none = follower({ term: 2, commit: 5 });
    expect(step(env({ log: [1, 1, 2, 2, 2] }), none, compact(0))).toEqual({
      state: none,
      effects: [],
    });
  });

  test("nothing after the snapshot is ever removed", () => {
    const setup = env({ log: [1, 1, 2, 2, 2] });
    for (const kept of [-1, Number.NaN])
      expect(() => step(setup, state, compact(kept))).toThrow(AssertionError);
  });
});

describe("§5.3 AppendEntries at a follower whose log begins after a snapshot", () => {
  const setup = envAfter([4, 2], [2, 3]);
  const inTerm = (term: number, commit = 5) =>
    follower({ term, leader: b, commit, durable: 6, snapshot: snapshot([4, 2]) });
  const state = inTerm(3);

  test.each([
    ["that begin with the first entry of all", [0, 0], [1, 1, 2, 2, 2]],
    ["that begin right before the start of its log", [3, 2], [2, 2]],
    ["without entries: a heartbeat of a leader that sends a snapshot", [0, 0], []],
  ] as const)(
    "%s: it holds everything that is committed, and reports it",
    (_title, after, terms) => {
      const message = appendEntries(3, { after, entries: entries(terms, after[0] + 1), round: 4 });
      expect(step(setup, state, from(b, message))).toEqual({
        state,
        effects: [resetElectionTimer, send(b, appendAccepted(3, 5, 4))],
      });
    },
  );

  test("entries that follow the snapshot's last one are compared as usual", () => {
    const message = appendEntries(3, { after: [4, 2], entries: [entry(5, 2)], round: 4 });
    expect(step(setup, state, from(b, message))).toEqual({
      state,
      effects: [resetElectionTimer, send(b, appendAccepted(3, 5, 4))],
    });
  });

  test("5 a conflict after the snapshot truncates the log, but not before it", () => {
    const message = appendEntries(4, { after: [5, 2], entries: [entry(6, 4)] });
    const after = run(setup, inTerm(4), from(b, message));
    expect(after.effects).toEqual([
      resetElectionTimer,
      truncateLog(5),
      appendLog(entry(6, 4)),
      send(b, appendAccepted(4, 6)),
    ]);
    expect(contents(after.env.log)).toEqual({ base: [4, 2], entries: entries([2, 4], 5) });
  });

  test("6 the hint of a rejection names no compacted entry", () => {
    const message = appendEntries(4, { after: [6, 4], round: 4 });
    const refused = appendRejected(4, {
      prevIndex: 6,
      conflictTerm: 2,
      conflictIndex: 5,
      round: 4,
    });
    const same = envAfter([4, 2], [2, 2]);
    expect(step(same, inTerm(4), from(b, message))).toEqual({
      state: inTerm(4),
      effects: [resetElectionTimer, send(b, refused)],
    });
  });

  test("6 the hint of an empty log names the entry after the snapshot", () => {
    const empty = envAfter([4, 2]);
    const message = appendEntries(3, { after: [7, 3], round: 4 });
    const refused = appendRejected(3, { prevIndex: 7, conflictIndex: 5, round: 4 });
    expect(step(empty, inTerm(3, 4), from(b, message))).toEqual({
      state: inTerm(3, 4),
      effects: [resetElectionTimer, send(b, refused)],
    });
  });
});

describe("§5.4.1 an empty log after a snapshot is as up to date as the snapshot", () => {
  test("a candidate advertises the snapshot's last entry", () => {
    const state = follower({ term: 3, commit: 9, snapshot: snapshot([9, 2]) });
    const request = requestVote(4, { lastIndex: 9, lastTerm: 2 });
    expect(step(envAfter([9, 2]), state, { type: "electionTimeout" })).toEqual({
      state: candidate({ term: 4, commit: 9, snapshot: snapshot([9, 2]) }),
      effects: [saveHardState(4, a), resetElectionTimer, send(b, request), send(c, request)],
    });
  });

  test.each([
    ["as long", 9, 2, true],
    ["shorter", 8, 2, false],
    ["shorter, of a later term", 1, 3, true],
    ["longer, of an earlier term", 12, 1, false],
  ])("a candidate's log: %s", (_title, lastIndex, lastTerm, granted) => {
    const state = follower({ term: 3, commit: 9, snapshot: snapshot([9, 2]) });
    const message = requestVote(4, { lastIndex, lastTerm });
    const { effects } = step(envAfter([9, 2]), state, from(b, message));
    expect(effects.at(-1)).toEqual(send(b, voteReply(4, granted)));
  });
});

describe("a leader whose log begins after a snapshot", () => {
  const taken = snapshot([4, 2]);
  const setup = envAfter([4, 2], [2, 5, 5]);
  const lead = (progress: Readonly<Record<string, Progress>>, commitIndex = 5) =>
    leader({ term: 5, commit: commitIndex, durable: 7, snapshot: taken, progress });

  test("counts what a majority holds as usual", () => {
    const state = lead({ b: replicating(8, { match: 5 }), c: replicating(8, { match: 5 }) });
    expect(step(setup, state, from(b, appendAccepted(5, 7)))).toEqual({
      state: lead({ b: replicating(8), c: replicating(8, { match: 5 }) }, 7),
      effects: [commit(7)],
    });
  });

  test("appends after the last index of its log, not after the number of entries left", () => {
    const state = lead({ b: replicating(8), c: replicating(8) });
    const after = run(setup, state, propose("x"), replicate);
    expect(after.effects).toEqual([
      appendLog(entry(8, 5, "x")),
      { type: "proposed", first: 8, term: 5 },
      send(b, appendEntries(5, { after: [7, 5], entries: [entry(8, 5, "x")], commit: 5 })),
      send(c, appendEntries(5, { after: [7, 5], entries: [entry(8, 5, "x")], commit: 5 })),
    ]);
  });

  test("25 sends the entry right after the snapshot: it knows the position before it", () => {
    const state = lead({ b: replicating(5, { match: 4 }), c: replicating(8) });
    expect(run(setup, state, replicate).effects).toEqual([
      send(b, appendEntries(5, { after: [4, 2], entries: entries([2, 5, 5], 5), commit: 5 })),
    ]);
  });

  test.each([
    ["a term that it has after the snapshot: continues there", [2, 5, 5], 6, 2, 3, 6],
    ["a term that ends where its log begins: continues there", [5, 5, 5], 6, 2, 3, 5],
    ["a term that it lacks and that begins earlier: a snapshot is needed", [2, 5, 5], 6, 4, 3, 3],
    ["a log that ends before its own begins: a snapshot is needed", [2, 5, 5], 7, undefined, 3, 3],
    ["a log that ends where its own begins: continues there", [2, 5, 5], 7, undefined, 5, 5],
  ])(
    "end of §5.3, a follower's hint: %s",
    (_title, terms, prevIndex, conflictTerm, conflictIndex, next) => {
      const state = lead({ b: probe(prevIndex + 1, { waiting: true }), c: replicating(8) });
      const hint = {
        prevIndex,
        conflictIndex,
        ...(conflictTerm === undefined ? {} : { conflictTerm }),
      };
      const reply = from(b, appendRejected(5, hint));
      expect(step(envAfter([4, 2], terms), state, reply)).toEqual({
        state: lead({ b: probe(next), c: replicating(8) }),
        effects: [],
      });
    },
  );

  test("a late rejection of an entry that is compacted by now is no reason to fail", () => {
    const state = lead({ b: replicating(8, { match: 1 }), c: replicating(8) });
    const reply = from(b, appendRejected(5, { prevIndex: 2, conflictTerm: 1, conflictIndex: 1 }));
    expect(step(setup, state, reply).state).toEqual(
      lead({ b: probe(2, { match: 1 }), c: replicating(8) }),
    );
  });

  test("a disk that reports an entry that is compacted by now changes nothing", () => {
    const state = lead({ b: replicating(8, { match: 5 }), c: replicating(8, { match: 5 }) });
    expect(step(setup, state, durable(3, 2))).toEqual({ state, effects: [] });
  });
});

describe("replication_does_not_block_purge", () => {
  const taken = snapshot([4, 1]);

  test("a leader compacts entries that a slow follower still needs, and sends it the snapshot instead", () => {
    const setup = env({ log: [1, 1, 1, 1, 1], keptEntries: 0 });
    const state = leader({
      term: 1,
      commit: 5,
      durable: 5,
      progress: { b: replicating(6), c: replicating(3, { match: 1, inflight: [2] }) },
    });
    const after = run(setup, state, snapshotTaken(taken), replicate);
    expect(after.state).toEqual(
      leader({
        term: 1,
        commit: 5,
        durable: 5,
        snapshot: taken,
        progress: { b: replicating(6), c: sending(taken, { match: 1 }) },
      }),
    );
    expect(after.effects).toEqual([
      compactLog(4),
      send(c, appendEntries(1, { commit: 5 })),
      sendChunk(c, 1, taken, 0),
    ]);
  });

  test("kept entries serve a follower that is slightly behind", () => {
    const setup = env({ log: [1, 1, 1, 1, 1], keptEntries: 2 });
    const state = leader({
      term: 1,
      commit: 5,
      durable: 5,
      progress: { b: replicating(6), c: replicating(3, { match: 2 }) },
    });
    const after = run(setup, state, snapshotTaken(taken), replicate);
    expect(after.effects).toEqual([
      compactLog(2),
      send(c, appendEntries(1, { after: [2, 1], entries: entries([1, 1, 1], 3), commit: 5 })),
    ]);
  });

  test("a heartbeat to a follower whose next entry is compacted has prevIndex 0", () => {
    const setup = envAfter([4, 1], [1]);
    const state = leader({
      term: 1,
      commit: 5,
      durable: 5,
      snapshot: taken,
      progress: { b: replicating(6), c: replicating(3, { match: 1, inflight: [2] }) },
    });
    expect(step(setup, state, heartbeatTimeout).effects).toEqual([
      resetHeartbeatTimer,
      send(b, appendEntries(1, { after: [5, 1], commit: 5, round: 1 })),
      send(c, appendEntries(1, { commit: 5, round: 1 })),
    ]);
  });
});
