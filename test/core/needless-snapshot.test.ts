/** A leader sends a snapshot that its follower does not need, or no longer (pitfall 20). */
import { step } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import {
  a,
  appendAccepted,
  appendEntries,
  appendLog,
  b,
  c,
  commit,
  entries,
  env,
  follower,
  from,
  resetElectionTimer,
  run,
  send,
} from "./support/core.ts";
import {
  chunk,
  chunkReply,
  inForce,
  saveChunk,
  snapshot,
  snapshotReceived,
  contents,
} from "./support/snapshots.ts";
import { gets, saved, setup, theirs } from "./support/receiver.ts";

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
