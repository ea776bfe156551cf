import { step } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { Cluster } from "./support/cluster.ts";
import {
  a,
  appendEntries,
  appendRejected,
  b,
  c,
  env,
  follower,
  from,
  hardState,
  leader,
  probe,
  replicate,
  replicating,
  resetElectionTimer,
  run,
  send,
} from "./support/core.ts";

describe("end of §5.3, the follower: the conflicting term and the first index of that term", () => {
  test.each([
    ["its log is shorter", [1, 1], 5, 4, undefined, 3],
    ["its log is empty", [], 1, 1, undefined, 1],
    ["the term has one entry", [1, 2, 3], 2, 4, 2, 2],
    ["the term has several entries", [1, 2, 2, 2, 2, 3], 5, 4, 2, 2],
    ["the term starts the log", [3, 3, 3], 3, 4, 3, 1],
    ["the term continues after prevIndex", [1, 3, 3, 3, 3], 3, 4, 3, 2],
  ])("%s", (_title, log, prevIndex, prevTerm, conflictTerm, conflictIndex) => {
    const state = follower({ term: 9, leader: b });
    const message = appendEntries(9, { after: [prevIndex, prevTerm] });
    const hint = {
      prevIndex,
      conflictIndex,
      ...(conflictTerm === undefined ? {} : { conflictTerm }),
    };
    expect(step(env({ log }), state, from(b, message))).toEqual({
      state,
      effects: [resetElectionTimer, send(b, appendRejected(9, hint))],
    });
  });
});

describe("end of §5.3, the leader: one AppendEntries per conflicting term, not per entry", () => {
  test.each([
    ["shorter: continues after its end", [1, 1, 1, 4, 4], 5, undefined, 3, 3],
    ["a term we lack: skips the whole term", [1, 1, 1, 4, 4, 4], 5, 3, 2, 2],
    ["a term before our first", [4, 4, 4, 4], 4, 3, 2, 2],
    ["a term we have: after our last entry of it", [1, 2, 2, 4, 4, 4], 6, 2, 2, 4],
    ["a term we have to the end: before what was rejected", [1, 2, 2, 2, 2], 4, 2, 2, 4],
    ["a term we have, but only from the rejected entry on", [1, 1, 1, 3, 3], 3, 3, 2, 2],
    ["an empty log", [1, 1], 2, undefined, 1, 1],
    ["a hint before the log", [1, 1], 2, undefined, 0, 1],
    ["a hint that goes forward: before what was rejected", [1, 1, 1], 2, undefined, 9, 2],
  ])("%s", (_title, log, prevIndex, conflictTerm, conflictIndex, next) => {
    const state = leader({
      term: 5,
      progress: { b: probe(prevIndex + 1, { waiting: true }), c: replicating(1) },
    });
    const hint = {
      prevIndex,
      conflictIndex,
      ...(conflictTerm === undefined ? {} : { conflictTerm }),
    };
    expect(step(env({ log }), state, from(b, appendRejected(5, hint)))).toEqual({
      state: leader({ term: 5, progress: { b: probe(next), c: replicating(1) } }),
      effects: [],
    });
  });

  test("probes again at once, with no entries, at the meeting point", () => {
    const state = leader({
      term: 5,
      progress: { b: probe(6, { waiting: true }), c: replicating(6) },
    });
    const hint = appendRejected(5, { prevIndex: 5, conflictTerm: 3, conflictIndex: 2 });
    const after = run(env({ log: [1, 4, 4, 4, 5] }), state, from(b, hint), replicate);
    expect({ state: after.state, effects: after.effects }).toEqual({
      state: leader({
        term: 5,
        progress: { b: probe(2, { waiting: true }), c: replicating(6) },
      }),
      effects: [send(b, appendEntries(5, { after: [1, 1] }))],
    });
  });

  test("never goes back before what is proven to match", () => {
    const state = leader({
      term: 5,
      progress: { b: replicating(6, { match: 3, inflight: [5] }), c: replicating(1) },
    });
    const hint = appendRejected(5, { prevIndex: 5, conflictTerm: 3, conflictIndex: 2 });
    expect(step(env({ log: [1, 1, 1, 4, 5] }), state, from(b, hint)).state).toEqual(
      leader({ term: 5, progress: { b: probe(4, { match: 3 }), c: replicating(1) } }),
    );
  });

  test("never goes past its own end, whatever a follower says", () => {
    const state = leader({ term: 5, progress: { b: replicating(3), c: replicating(3) } });
    const hint = appendRejected(5, { prevIndex: 9, conflictIndex: 9 });
    expect(step(env({ log: [1, 5] }), state, from(b, hint)).state).toEqual(
      leader({ term: 5, progress: { b: probe(3, { match: 2 }), c: replicating(3) } }),
    );
  });

  test.each([
    ["of a probe that was answered since", probe(3, { waiting: true }), 5],
    ["of an entry that is proven to match since", replicating(6, { match: 5 }), 4],
    ["of an entry that is just proven to match", replicating(6, { match: 5 }), 5],
    ["of a probe right after the proven part", probe(6, { match: 5, waiting: true }), 5],
  ])("ignores a late rejection: %s", (_title, progress, prevIndex) => {
    const state = leader({ term: 5, progress: { b: progress, c: replicating(1) } });
    const hint = appendRejected(5, { prevIndex, conflictIndex: 1 });
    expect(step(env({ log: [1, 1, 1, 4, 5] }), state, from(b, hint))).toEqual({
      state,
      effects: [],
    });
  });

  test("backup: a hundred wrong entries of one term are skipped in one round", () => {
    const hundred = (inTerm: number) => Array.from({ length: 100 }, () => inTerm);
    const cluster = new Cluster({
      voters: [a, b, c],
      disks: {
        a: { hard: hardState(3), log: [1, ...hundred(3)] },
        b: { hard: hardState(3), log: [1, ...hundred(2)] },
        c: { hard: hardState(3), log: [1, ...hundred(3)] },
      },
    });
    cluster.campaign(a);
    expect(cluster.log(b).lastIndex).toBe(102);
    cluster.heartbeat();
    expect(cluster.state(b).commit).toBe(102);
    expect(cluster.sometimes).toMatchObject({ skippedTerm: 1, truncated: 1 });
  });
});
