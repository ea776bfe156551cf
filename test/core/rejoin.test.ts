/**
 * A server whose disk was wiped or exchanged is a different server with the same name: it asks to rejoin, and its leader
 * takes its vote away (dissertation 4.1, 11.7.2). Pitfall 19.
 */
import { step, term } from "@kontiki/core";
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
  d,
  durable,
  e,
  electionTimeout,
  entries,
  env,
  follower,
  from,
  heartbeatTimeout,
  leader,
  preCandidate,
  probe,
  replicate,
  replicating,
  requestVote,
  resetElectionTimer,
  run,
  send,
  voteReply,
} from "./support/core.ts";
import {
  chunk,
  envAfter,
  inForce,
  membershipEntry,
  rejoin,
  sendChunk,
  sending,
  snapshot,
} from "./support/snapshots.ts";
import { asksAgain, demoted, known, lead, learns, setup } from "./support/new-disk.ts";

describe("a wiped server: messages for its old disk are ignored", () => {
  const wiped = env({ id: b, uid: 7 });
  const roles = [
    ["knows of no leader", follower()],
    ["has a leader itself", follower({ term: 5, leader: c })],
  ] as const;

  test.each(roles)(
    "entries and snapshots are answered with a request to rejoin (it %s)",
    (_title, state) => {
      for (const message of [
        appendEntries(2, { entries: entries([1, 2]) }),
        appendEntries(9),
        chunk(2, snapshot([9, 2]), 0),
      ])
        expect(step(wiped, state, from(a, message))).toEqual({
          state,
          effects: [send(a, { type: "rejoin", term: message.term })],
        });
    },
  );

  test("the request goes to the disk that the leader has", () => {
    expect(step(wiped, follower(), from(a, appendEntries(2), { fromUid: 3 })).effects).toEqual([
      send(a, rejoin(2), 3),
    ]);
  });

  test.each(roles)(
    "other messages get no answer and change no term: the old disk may have said otherwise (it %s)",
    (_title, state) => {
      for (const message of [
        requestVote(9, { lastIndex: 9, lastTerm: 9 }),
        requestVote(9, { lastIndex: 9, lastTerm: 9, transfer: true }),
        { ...requestVote(9), type: "requestPreVote" } as const,
        voteReply(9, true),
        appendAccepted(9, 0),
        { type: "timeoutNow", term: term(9) } as const,
        rejoin(9),
      ])
        expect(step(wiped, state, from(a, message))).toEqual({ state, effects: [] });
    },
  );

  test("it does not stand: it is a voter in no membership that it knows", () => {
    expect(step(wiped, follower(), electionTimeout)).toEqual({
      state: follower(),
      effects: [resetElectionTimer],
    });
  });

  test("as the only server it stays so: no other server has what it lost", () => {
    expect(step(env({ uid: 7, voters: [a] }), follower(), electionTimeout)).toEqual({
      state: follower(),
      effects: [resetElectionTimer],
    });
  });

  test("messages for its new disk are handled as by any other server", () => {
    const message = appendEntries(2, { entries: entries([1, 2]) });
    const after = run(wiped, follower({ term: 2 }), from(a, message, { toUid: 7 }));
    expect(after.effects).toEqual([
      resetElectionTimer,
      appendLog(...entries([1, 2])),
      send(a, appendAccepted(2, 2)),
    ]);
  });
});

describe("its leader takes its vote away, and lets it catch up (dissertation 4.2.1)", () => {
  test("by a simple change, which shares a server with every majority before", () => {
    expect(step(setup, lead(), asksAgain)).toEqual({
      state: demoted,
      effects: [appendLog(membershipEntry(3, 2, learns))],
    });
  });

  test("its progress is forgotten: it was the old disk's", () => {
    const after = run(setup, lead(), asksAgain, replicate);
    const change = [membershipEntry(3, 2, learns)];
    expect(after.effects.slice(1)).toEqual([
      send(c, appendEntries(2, { after: [2, 2], entries: change, commit: 2, round: 4 })),
      send(b, appendEntries(2, { after: [2, 2], commit: 2, round: 4 }), 7),
    ]);
  });

  test("a snapshot that was being sent to the old disk starts again for the new one", () => {
    const taken = snapshot([1, 1]);
    const state = lead({
      snapshot: taken,
      progress: { b: sending(taken, { offset: 20 }), c: replicating(3) },
    });
    const refused = from(b, appendRejected(2, { prevIndex: 2, conflictIndex: 1 }), { fromUid: 7 });
    const after = run(envAfter([1, 1], [2]), state, asksAgain, replicate, refused, replicate);
    expect(after.effects.at(-1)).toEqual(sendChunk(b, 2, taken, 0, 7));
  });

  test.each([
    [
      "a change is not committed yet",
      lead({ memberships: [inForce(3, { voters: [a, b, c, d] })] }),
    ],
    [
      "the membership is joint",
      lead({ memberships: [inForce(2, { voters: [a, b, d], outgoing: [a, b, c] })] }),
    ],
    ["it has not committed an entry of its own term", lead({ commit: 1 })],
    ["it is transferring leadership", lead({ transfer: { target: c, beats: 0, told: false } })],
  ])("not now, while %s: it will ask again", (_title, state) => {
    expect(step(setup, state, asksAgain)).toEqual({ state, effects: [] });
  });

  test("each heartbeat for the old disk makes it ask again", () => {
    const busy = lead({
      memberships: [inForce(3, { voters: [a, b, c, d] })],
      progress: { ...known, d: probe(3) },
    });
    const beat = run(setup, busy, asksAgain, heartbeatTimeout);
    expect(beat.effects[1]).toEqual(
      send(b, appendEntries(2, { after: [2, 2], commit: 2, round: 5 })),
    );
  });

  test("a non-leader does not do it", () => {
    for (const state of [
      follower({ term: 2, leader: c }),
      candidate({ term: 2 }),
      preCandidate({ term: 2 }),
    ])
      expect(step(setup, state, asksAgain)).toEqual({ state, effects: [] });
  });

  test("not for strangers, nor for the known disk, nor for an older one", () => {
    for (const event of [
      from(e, rejoin(2), { fromUid: 7 }),
      from(b, rejoin(2)),
      from(a, rejoin(2), { fromUid: 7 }),
    ])
      expect(step(setup, lead(), event)).toEqual({ state: lead(), effects: [] });
    for (const fromUid of [0, 6, 7])
      expect(step(setup, demoted, from(b, rejoin(2), { fromUid }))).toEqual({
        state: demoted,
        effects: [],
      });
  });

  test("§5.1 the term of the request counts nowhere: its disk knows no term", () => {
    expect(step(setup, lead(), from(b, rejoin(9), { fromUid: 7 }))).toEqual({
      state: demoted,
      effects: [appendLog(membershipEntry(3, 2, learns))],
    });
  });

  test("in a cluster of two the other is a majority by itself", () => {
    const pair = env({ voters: [a, b], log: [1, 2] });
    const state = leader({ term: 2, commit: 2, durable: 2, progress: { b: replicating(3) } });
    const after = run(pair, state, asksAgain, durable(3, 2));
    expect(after.state).toEqual(
      leader({
        term: 2,
        commit: 3,
        durable: 3,
        memberships: [inForce(3, { ...learns, voters: [a] })],
        progress: { b: probe(3) },
      }),
    );
    expect(after.effects).toEqual([
      appendLog(membershipEntry(3, 2, { ...learns, voters: [a] })),
      commit(3),
    ]);
  });
});
