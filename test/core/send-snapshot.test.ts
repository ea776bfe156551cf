/** A leader sends its snapshot to a follower that needs compacted entries (§7, Figure 13, dissertation 5.3). */
import { AssertionError, step, term, type Progress, type Snapshot } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import {
  a,
  appendAccepted,
  appendEntries,
  appendRejected,
  b,
  c,
  commit,
  d,
  entries,
  follower,
  from,
  heartbeatTimeout,
  leader,
  probe,
  replicate,
  replicating,
  resetElectionTimer,
  resetHeartbeatTimer,
  run,
  saveHardState,
  send,
} from "./support/core.ts";
import {
  chunkReply,
  compactLog,
  envAfter,
  peerDown,
  sendChunk,
  sending,
  snapshot,
  snapshotGone,
  snapshotTaken,
} from "./support/snapshots.ts";

/** The leader's log begins with entry 11; all earlier entries are in a snapshot of three chunks. */
const taken = snapshot([10, 2]);
const newer = snapshot([12, 2], { checksum: 9 });
const setup = envAfter([10, 2], [2, 2], { keptEntries: 0 });

/** A leader of term 2 with this progress of `b`; `c` has everything. */
function lead(progress: Progress, of: Snapshot = taken, round = 0) {
  const known = { b: progress, c: replicating(13) };
  const check = { round: Math.max(round, 1), beats: 0 };
  return leader({ term: 2, commit: 12, durable: 12, snapshot: of, round, check, progress: known });
}

/** The heartbeat it sends, which carries nothing but a round. */
function alive(round: number) {
  return appendEntries(2, { commit: 12, round });
}

const toTheOther = (round: number) =>
  send(c, appendEntries(2, { after: [12, 2], commit: 12, round }));

describe("slow_follower_after_compaction: the entries a follower needs are no longer in the log", () => {
  test("a probe finds it: the follower gets the first chunk, and a heartbeat that it can answer at once", () => {
    expect(step(setup, lead(probe(4, { match: 3 })), replicate)).toEqual({
      state: lead(sending(taken, { match: 3 })),
      effects: [send(b, alive(0)), sendChunk(b, 2, taken, 0)],
    });
  });

  test("an unanswered probe is repeated at the heartbeat: then as a snapshot", () => {
    expect(step(setup, lead(probe(4, { match: 3, waiting: true })), heartbeatTimeout)).toEqual({
      state: lead(sending(taken, { match: 3 }), taken, 1),
      effects: [resetHeartbeatTimer, send(b, alive(1)), sendChunk(b, 2, taken, 0), toTheOther(1)],
    });
  });

  test("a pipeline finds it, with entries in flight: they may be lost, and the first chunk is sent", () => {
    const before = replicating(8, { match: 3, inflight: [5, 7], round: 4 });
    expect(step(setup, lead(before), replicate)).toEqual({
      state: lead(sending(taken, { match: 3, round: 4 })),
      effects: [send(b, alive(0)), sendChunk(b, 2, taken, 0)],
    });
  });

  test("25 right before the first entry of the log no snapshot is needed", () => {
    expect(step(setup, lead(probe(11, { match: 3 })), replicate)).toEqual({
      state: lead(probe(11, { match: 3, waiting: true })),
      effects: [send(b, appendEntries(2, { after: [10, 2], commit: 12 }))],
    });
  });

  test("a rejection leads there: the empty follower's next entry is before the leader's log", () => {
    const refused = from(b, appendRejected(2, { prevIndex: 12, conflictIndex: 1 }));
    const after = run(setup, lead(probe(13, { waiting: true })), refused, replicate);
    expect(after.state).toEqual(lead(sending(taken)));
    expect(after.effects).toEqual([send(b, alive(0)), sendChunk(b, 2, taken, 0)]);
  });

  test("a leader that has no snapshot of what it compacted dies", () => {
    const state = { ...lead(probe(4)), snapshot: undefined };
    expect(() => step(setup, state, replicate)).toThrow(AssertionError);
  });

  test("the snapshot goes to the disk that the membership names", () => {
    const membership = { ...taken.membership, uids: { [b]: 5 }, lastUid: 5 };
    const state = {
      ...lead(probe(4)),
      memberships: [{ index: taken.index, membership }],
    };
    expect(step(setup, state, replicate).effects).toEqual([
      send(b, alive(0), 5),
      sendChunk(b, 2, taken, 0, 5),
    ]);
  });
});

describe("chunks are sent one by one, as they are answered (Figure 13)", () => {
  test("each answer sends the next chunk", () => {
    expect(
      step(setup, lead(sending(taken, { beats: 1 })), from(b, chunkReply(2, taken, 10))),
    ).toEqual({
      state: lead(sending(taken, { offset: 10 })),
      effects: [sendChunk(b, 2, taken, 10)],
    });
  });

  test("a duplicate answer does not double the chunks", () => {
    const state = lead(sending(taken, { offset: 10, beats: 1 }));
    expect(step(setup, state, from(b, chunkReply(2, taken, 10)))).toEqual({ state, effects: [] });
  });

  test("a late one sends a chunk, and the follower answers where it is", () => {
    const state = lead(sending(taken, { offset: 20 }));
    const late = from(b, chunkReply(2, taken, 10));
    const now = from(b, chunkReply(2, taken, 20));
    expect(run(setup, state, late, now)).toMatchObject({
      state: lead(sending(taken, { offset: 20 })),
      effects: [sendChunk(b, 2, taken, 10), sendChunk(b, 2, taken, 20)],
    });
  });

  test("a receiver that restarted has nothing: it starts again", () => {
    const state = lead(sending(taken, { offset: 20, beats: 1 }));
    expect(step(setup, state, from(b, chunkReply(2, taken, 0)))).toEqual({
      state: lead(sending(taken)),
      effects: [sendChunk(b, 2, taken, 0)],
    });
  });

  test("when everything has been saved, the receiver checks the snapshot and reports it itself", () => {
    const state = lead(sending(taken, { offset: 20 }));
    for (const received of [30, 31])
      expect(step(setup, state, from(b, chunkReply(2, taken, received)))).toEqual({
        state,
        effects: [],
      });
  });

  test.each([
    ["to a snapshot that ends elsewhere", snapshot([9, 2])],
    ["to another snapshot of the same index, with other bytes", snapshot([10, 2], { checksum: 8 })],
  ])("an answer %s is late", (_title, other) => {
    const state = lead(sending(taken, { offset: 10 }));
    expect(step(setup, state, from(b, chunkReply(2, other, 20)))).toEqual({ state, effects: [] });
  });

  test.each<[string, Progress]>([
    ["probes where the logs meet", probe(13)],
    ["sends entries", replicating(13)],
  ])("an answer means nothing to a leader that %s by now", (_title, progress) => {
    const state = lead(progress);
    expect(step(setup, state, from(b, chunkReply(2, taken, 20)))).toEqual({ state, effects: [] });
  });

  test("an answer of an older term means nothing, and one of a newer term deposes the leader", () => {
    const state = lead(sending(taken));
    expect(step(setup, state, from(b, chunkReply(1, taken, 10)))).toEqual({ state, effects: [] });
    expect(step(setup, state, from(b, chunkReply(3, taken, 0)))).toEqual({
      state: follower({ term: 3, commit: 12, durable: 12, snapshot: taken }),
      effects: [saveHardState(3, undefined), resetElectionTimer],
    });
  });

  test("a non-leader ignores an answer", () => {
    const state = follower({ term: 2, leader: c });
    expect(step(setup, state, from(b, chunkReply(2, taken, 10)))).toEqual({ state, effects: [] });
  });
});

describe("while a snapshot is sent", () => {
  test("no entries are sent: there is nothing for them to follow", () => {
    const state = lead(sending(taken, { offset: 10 }));
    expect(step(setup, state, replicate)).toEqual({ state, effects: [] });
  });

  test("heartbeats have prevIndex 0, where all logs agree", () => {
    expect(step(setup, lead(sending(taken, { offset: 10 })), heartbeatTimeout)).toEqual({
      state: lead(sending(taken, { offset: 10, beats: 1 }), taken, 1),
      effects: [resetHeartbeatTimer, send(b, alive(1)), toTheOther(1)],
    });
  });

  test("§5.2 their answers show that the follower lives, and say nothing about the snapshot", () => {
    const state = lead(sending(taken, { offset: 10, beats: 1 }), taken, 4);
    expect(step(setup, state, from(b, appendAccepted(2, 0, 4)))).toEqual({
      state: lead(sending(taken, { offset: 10, beats: 1, round: 4 }), taken, 4),
      effects: [],
    });
  });

  test("an unanswered chunk is sent again with every second heartbeat", () => {
    const after = run(
      setup,
      lead(sending(taken, { offset: 10 })),
      heartbeatTimeout,
      heartbeatTimeout,
      heartbeatTimeout,
      heartbeatTimeout,
    );
    const parts = after.effects.flatMap((effect) => (effect.type === "send" ? [] : [effect]));
    expect(parts).toEqual([
      resetHeartbeatTimer,
      resetHeartbeatTimer,
      sendChunk(b, 2, taken, 10),
      resetHeartbeatTimer,
      resetHeartbeatTimer,
      sendChunk(b, 2, taken, 10),
    ]);
    expect(after.state).toEqual(lead(sending(taken, { offset: 10 }), taken, 4));
  });

  test("the receiver is asked for a read's round, too", () => {
    const state = lead(sending(taken, { offset: 10 }));
    const after = run(setup, state, { type: "read", id: 1, leased: false }, replicate);
    expect(after.effects).toEqual([send(b, alive(1)), toTheOther(1)]);
  });

  test("and so is one that only begins to receive, for chunks carry no round", () => {
    const state = lead(replicating(8, { match: 3, inflight: [7] }));
    const after = run(setup, state, { type: "read", id: 1, leased: false }, replicate);
    expect(after.effects).toEqual([send(b, alive(1)), sendChunk(b, 2, taken, 0), toTheOther(1)]);
  });

  test("LeaderTransferAfterSnapshot: the target stands when it has the snapshot and the entries after it", () => {
    const state = lead(sending(taken, { offset: 20 }));
    const after = run(
      setup,
      state,
      { type: "transfer", target: b },
      from(b, appendAccepted(2, 10)),
      replicate,
      from(b, appendAccepted(2, 12)),
    );
    expect(after.effects).toEqual([
      send(b, appendEntries(2, { after: [10, 2], entries: entries([2, 2], 11), commit: 12 })),
      send(b, { type: "timeoutNow", term: term(2) }),
    ]);
  });
});

describe("a snapshot has arrived", () => {
  test("the log continues after it", () => {
    const state = lead(sending(taken, { match: 3, offset: 20, round: 4 }));
    const after = run(setup, state, from(b, appendAccepted(2, 10)), replicate);
    expect(after.state).toEqual(lead(replicating(13, { match: 10, inflight: [12], round: 4 })));
    expect(after.effects).toEqual([
      send(b, appendEntries(2, { after: [10, 2], entries: entries([2, 2], 11), commit: 12 })),
    ]);
  });

  test("§5.3 the entries that it covers count for the commit", () => {
    const state = leader({
      term: 2,
      commit: 10,
      durable: 12,
      snapshot: taken,
      progress: { b: sending(taken), c: replicating(13, { match: 10 }) },
    });
    expect(step(setup, state, from(b, appendAccepted(2, 11)))).toEqual({
      state: leader({
        term: 2,
        commit: 11,
        durable: 12,
        snapshot: taken,
        progress: { b: replicating(12), c: replicating(13, { match: 10 }) },
      }),
      effects: [commit(11)],
    });
  });

  test("snapshot_succeed_via_app_resp_behind: entries in flight made it unnecessary", () => {
    const longer = envAfter([8, 2], [2, 2, 2, 2]);
    const state = lead(sending(taken, { match: 3, offset: 10 }));
    expect(step(longer, state, from(b, appendAccepted(2, 9)))).toEqual({
      state: lead(replicating(10, { match: 9 })),
      effects: [],
    });
  });

  test("an answer to very old entries does not end it", () => {
    const state = lead(sending(taken, { match: 3, offset: 10 }));
    expect(step(setup, state, from(b, appendAccepted(2, 7)))).toEqual({
      state: lead(sending(taken, { match: 7, offset: 10 })),
      effects: [],
    });
    const refused = from(b, appendRejected(2, { prevIndex: 7, conflictIndex: 4 }));
    expect(step(setup, state, refused)).toEqual({ state, effects: [] });
  });
});

describe("a leader compacts while it sends", () => {
  test("the snapshot that is being sent continues", () => {
    const state = lead(sending(taken, { offset: 10 }));
    const after = run(
      setup,
      state,
      snapshotTaken(newer),
      replicate,
      from(b, chunkReply(2, taken, 20)),
    );
    expect(after.state).toEqual(lead(sending(taken, { offset: 20 }), newer));
    expect(after.effects).toEqual([compactLog(12), sendChunk(b, 2, taken, 20)]);
  });

  test("its receiver then needs the newer one: it is not left with the old one", () => {
    const state = lead(sending(taken, { offset: 20 }), newer);
    const compacted = envAfter([12, 2]);
    const after = run(compacted, state, from(b, appendAccepted(2, 10)), replicate);
    expect(after.state).toEqual(lead(sending(newer, { match: 10 }), newer));
    expect(after.effects).toEqual([send(b, alive(0)), sendChunk(b, 2, newer, 0)]);
  });

  test("a snapshot that is gone is replaced by the newer one", () => {
    const state = lead(sending(taken, { match: 3, offset: 20, round: 2 }), newer);
    const after = run(envAfter([12, 2]), state, snapshotGone(taken), replicate);
    expect(after.state).toEqual(lead(sending(newer, { match: 3, round: 2 }), newer));
    expect(after.effects).toEqual([send(b, alive(0)), sendChunk(b, 2, newer, 0)]);
  });

  test("the newest one, when it cannot be read, is requested with the heartbeats, not in a loop", () => {
    const state = lead(sending(taken, { offset: 20 }));
    expect(run(setup, state, snapshotGone(taken), replicate)).toMatchObject({ state, effects: [] });
    const later = run(setup, state, snapshotGone(taken), heartbeatTimeout, heartbeatTimeout);
    expect(later.effects).toContainEqual(sendChunk(b, 2, taken, 20));
  });

  test("one that is no longer being sent may be removed", () => {
    for (const progress of [sending(newer, { offset: 10 }), probe(13), replicating(13)]) {
      const state = lead(progress, newer);
      expect(step(setup, state, snapshotGone(taken))).toEqual({ state, effects: [] });
    }
    const state = follower({ term: 2 });
    expect(step(setup, state, snapshotGone(taken))).toEqual({ state, effects: [] });
  });
});

describe("21 a leader is not stuck when the receiver dies", () => {
  test("it starts again from what is proven, at once", () => {
    const state = lead(sending(taken, { match: 3, offset: 20, round: 2 }));
    const after = run(setup, state, peerDown(b), replicate);
    expect(after.state).toEqual(lead(sending(taken, { match: 3, round: 2 })));
    expect(after.effects).toEqual([send(b, alive(0)), sendChunk(b, 2, taken, 0)]);
  });

  test("with the newest snapshot", () => {
    const state = lead(sending(taken, { offset: 20 }), newer);
    const after = run(envAfter([12, 2]), state, peerDown(b), replicate);
    expect(after.state).toEqual(lead(sending(newer), newer));
  });

  test("late answers of the dead process have no effect: the new one says where it is", () => {
    const state = lead(sending(taken, { offset: 10 }));
    const after = run(
      setup,
      state,
      peerDown(b),
      replicate,
      from(b, chunkReply(2, taken, 20)),
      from(b, chunkReply(2, taken, 0)),
    );
    expect(after.state).toEqual(lead(sending(taken)));
    expect(after.effects.slice(2)).toEqual([sendChunk(b, 2, taken, 20), sendChunk(b, 2, taken, 0)]);
  });

  test("one that died before it answered a probe is probed again, not sent a snapshot", () => {
    const state = lead(probe(13, { waiting: true }));
    const after = run(setup, state, peerDown(b), replicate);
    expect(after.state).toEqual(state);
    expect(after.effects).toEqual([send(b, appendEntries(2, { after: [12, 2], commit: 12 }))]);
  });

  test("a stranger's death, or the leader's own, changes nothing", () => {
    const state = lead(sending(taken, { offset: 20 }));
    for (const node of [a, d])
      expect(step(setup, state, peerDown(node))).toEqual({ state, effects: [] });
  });
});
