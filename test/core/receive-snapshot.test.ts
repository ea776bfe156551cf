/** A follower receives its leader's snapshot, chunk by chunk (§7, Figure 13, dissertation 5.3). */
import { step, type State } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import {
  a,
  appendAccepted,
  appendEntries,
  b,
  c,
  candidate,
  electionTimeout,
  follower,
  from,
  leader,
  preCandidate,
  replicating,
  requestVote,
  resetElectionTimer,
  saveHardState,
  send,
} from "./support/core.ts";
import {
  bytesAt,
  chunk,
  chunkReply,
  peerDown,
  receiving,
  saveChunk,
  snapshot,
  snapshotBroken,
  snapshotReceived,
} from "./support/snapshots.ts";
import { gets, saved, setup, theirs } from "./support/receiver.ts";

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
