/**
 * A server whose disk was wiped or exchanged is a different server with the same name: promises of the old disk neither
 * bind nor help it (dissertation 4.1, 11.7.2). Pitfalls 18, 19 and 27.
 */
import { step, term } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import {
  a,
  appendAccepted,
  appendEntries,
  appendRejected,
  b,
  c,
  candidate,
  electionTimeout,
  entries,
  env,
  follower,
  from,
  preCandidate,
  probe,
  replicating,
  requestVote,
  resetElectionTimer,
  run,
  send,
  voteReply,
} from "./support/core.ts";
import {
  chunk,
  chunkReply,
  envAfter,
  inForce,
  membershipEntry,
  receiving,
  rejoin,
  sending,
  snapshot,
} from "./support/snapshots.ts";
import { asksAgain, demoted, known, lead, learns, setup, votesAgain } from "./support/new-disk.ts";

describe("18 messages of the old disk do not count for the new one", () => {
  const late = { fromUid: 0 };

  test("its acceptances, rejections and answers to a snapshot are ignored", () => {
    for (const message of [
      appendAccepted(2, 2, 4),
      appendRejected(2, { prevIndex: 2, conflictIndex: 1 }),
      chunkReply(2, snapshot([1, 1]), 10),
      { type: "readRequest", term: term(2), id: 1 } as const,
    ])
      expect(step(setup, demoted, from(b, message, late))).toEqual({ state: demoted, effects: [] });
  });

  test("another disk's progress with a snapshot says nothing about the one that receives it", () => {
    const taken = snapshot([1, 1]);
    const state = lead({
      snapshot: taken,
      memberships: [inForce(2, learns)],
      progress: { b: sending(taken), c: replicating(3) },
    });
    for (const fromUid of [0, 8]) {
      const event = from(b, chunkReply(2, taken, 20), { fromUid });
      expect(step(envAfter([1, 1], [2]), state, event)).toEqual({ state, effects: [] });
    }
  });

  test("nor do its votes or pre-votes; and none of them deposes a leader", () => {
    const memberships = [inForce(2, votesAgain)];
    for (const state of [
      candidate({ term: 2, memberships }),
      preCandidate({ term: 1, memberships }),
    ]) {
      for (const message of [
        voteReply(2, true),
        { ...voteReply(2, true), type: "preVoteReply" } as const,
        voteReply(9, false),
      ])
        expect(step(setup, state, from(b, message, late))).toEqual({ state, effects: [] });
    }
    const again = lead({ memberships });
    expect(step(setup, again, from(b, voteReply(9, false), late))).toEqual({
      state: again,
      effects: [],
    });
  });

  test("a candidate that has not heard of the new disk does not count that one's vote either", () => {
    for (const state of [candidate({ term: 2 }), preCandidate({ term: 1 })])
      for (const type of ["voteReply", "preVoteReply"] as const)
        expect(
          step(setup, state, from(b, { ...voteReply(2, true), type }, { fromUid: 7 })),
        ).toEqual({ state, effects: [] });
  });

  test("a leader that has not heard of it does not count what it acknowledges", () => {
    const state = lead({ commit: 1, progress: { ...known, b: replicating(3, { match: 1 }) } });
    const event = from(b, appendAccepted(2, 2), { fromUid: 7 });
    expect(step(setup, state, event)).toEqual({ state, effects: [] });
  });

  test("only the new disk's votes count once it is a voter again", () => {
    const state = candidate({ term: 3, memberships: [inForce(2, votesAgain)] });
    const won = step(setup, state, from(b, voteReply(3, true), { fromUid: 7 }));
    expect(won.state.role.type).toBe("leader");
  });

  test("a new leader that has not heard of it demotes it to a learner with the same disk again", () => {
    const after = step(setup, lead({ term: 2 }), asksAgain);
    expect(after.state.memberships).toEqual([inForce(3, learns)]);
  });
});

describe("swapped: a disk that is older than the membership's", () => {
  const memberships = [inForce(2, learns)];
  const old = { fromUid: 3 };

  test("is ignored, whatever it sends and in whatever term", () => {
    for (const state of [
      follower({ term: 2, leader: c, memberships }),
      candidate({ term: 2, memberships }),
      lead({ memberships, progress: { b: probe(3), c: replicating(3) } }),
    ])
      for (const message of [
        requestVote(9, { lastIndex: 9, lastTerm: 9 }),
        { ...requestVote(9, { lastIndex: 9, lastTerm: 9 }), type: "requestPreVote" } as const,
        voteReply(9, true),
        appendEntries(9, { entries: entries([9]) }),
        appendAccepted(2, 2),
        appendRejected(9, { prevIndex: 2, conflictIndex: 1 }),
        chunk(9, snapshot([9, 9]), 0),
        chunkReply(9, snapshot([9, 9]), 10),
        rejoin(9),
        { type: "timeoutNow", term: term(9) } as const,
      ])
        expect(step(setup, state, from(b, message, old))).toEqual({ state, effects: [] });
  });

  test("it ignores servers that take it for the newer one, and does not ask to rejoin", () => {
    const swapped = env({ id: b, uid: 3 });
    for (const message of [appendEntries(9), chunk(9, snapshot([9, 9]), 0), requestVote(9)])
      expect(step(swapped, follower(), from(a, message, { toUid: 7 }))).toEqual({
        state: follower(),
        effects: [],
      });
  });

  test("and does not stand when its own log says that there is a newer one", () => {
    const swapped = env({ id: b, uid: 3 });
    const state = follower({ term: 2, memberships: [inForce(2, votesAgain)] });
    expect(step(swapped, state, electionTimeout)).toEqual({
      state,
      effects: [resetElectionTimer],
    });
  });
});

test("a disk newer than the known one may lead: servers that are behind hear of it from its entries", () => {
  const message = appendEntries(3, { after: [2, 2], entries: [membershipEntry(3, 2, votesAgain)] });
  const state = follower({ term: 3, durable: 2 });
  const after = run(setup, state, from(b, message, { fromUid: 7 }));
  expect(after.effects.at(-1)).toEqual(send(b, appendAccepted(3, 3), 7));
  expect(after.state).toEqual(
    follower({ term: 3, leader: b, durable: 2, memberships: [inForce(3, votesAgain)] }),
  );
});

test("20 a snapshot brings the disks of all: its receiver knows which disk it hears", () => {
  const theirs = snapshot([9, 3], { membership: votesAgain });
  const state = follower({ term: 3, leader: b, receiving: receiving(theirs, 30) });
  const after = run(
    setup,
    state,
    { type: "snapshotReceived", snapshot: theirs },
    from(b, appendEntries(9), { fromUid: 0 }),
  );
  expect(after.effects).toEqual([
    { type: "installSnapshot", snapshot: theirs },
    send(b, appendAccepted(3, 9), 7),
  ]);
});
