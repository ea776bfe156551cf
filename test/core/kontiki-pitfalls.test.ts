/** Pitfalls K1 to K6: what the original Kontiki got wrong, or lacked. */
import { AssertionError, restore, step } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { Cluster } from "./support/cluster.ts";
import {
  a,
  appendAccepted,
  appendEntries,
  appendRejected,
  b,
  c,
  candidate,
  commit,
  electionTimeout,
  entries,
  entry,
  env,
  follower,
  from,
  hardState,
  leader,
  log,
  probe,
  propose,
  replicate,
  replicating,
  requestVote,
  resetElectionTimer,
  run,
  saveHardState,
  send,
  termsOf,
  voteReply,
} from "./support/core.ts";

const twoFollowers = { b: replicating(1), c: replicating(1) };
const roles = [
  ["follower", follower({ term: 2 })],
  ["candidate", candidate({ term: 2 })],
  ["leader", leader({ term: 2, progress: twoFollowers })],
] as const;

describe("K1 votes without checking the log", () => {
  test.each(roles)("a %s that hears of a newer term rejects an outdated log", (_role, state) => {
    const message = requestVote(3, { lastIndex: 9, lastTerm: 1 });
    const after = step(env({ log: [1, 2] }), state, from(b, message));
    expect(after.state).toEqual(follower({ term: 3 }));
    expect(after.effects.at(-1)).toEqual(send(b, voteReply(3, false)));
  });
});

describe("K2 stepping down is not voting", () => {
  const newer = [
    ["entries", appendEntries(3)],
    ["a vote", voteReply(3, true)],
    ["a rejected vote", voteReply(3, false)],
    ["an acceptance", appendAccepted(3, 0)],
    ["a rejection", appendRejected(3, { prevIndex: 0, conflictIndex: 1 })],
  ] as const;

  test.each(newer)("no server gets a vote for %s of a newer term", (_title, message) => {
    for (const [, state] of roles) {
      const { state: after, effects } = step(env(), state, from(b, message));
      expect(after.votedFor).toBeUndefined();
      expect(after.role.type).toBe("follower");
      expect(effects).not.toContainEqual(send(b, voteReply(3, true)));
    }
  });

  test.each(roles)("a %s accepts the entries that come with a newer term", (_role, state) => {
    const message = appendEntries(3, { entries: [entry(1, 3)] });
    const after = run(env(), state, from(b, message));
    expect(termsOf(after.env.log)).toEqual([3]);
    expect(after.effects.at(-1)).toEqual(send(b, appendAccepted(3, 1)));
  });

  test("a candidate that gives up in its own term keeps its vote, and does not vote again", () => {
    const fallen = step(env(), candidate({ term: 2 }), from(b, appendEntries(2)));
    expect(fallen.state).toEqual(follower({ term: 2, votedFor: a, leader: b }));
    expect(step(env(), fallen.state, from(c, requestVote(2))).effects).toEqual([
      send(c, voteReply(2, false)),
    ]);
  });
});

test("K3 an entry of an older term is not committed by counting", () => {
  const state = leader({
    term: 4,
    durable: 2,
    progress: { b: replicating(3, { match: 0 }), c: replicating(3, { match: 0 }) },
  });
  const { effects } = step(env({ log: [1, 2] }), state, from(b, appendAccepted(4, 2)));
  expect(effects).toEqual([]);
});

describe("K4 entries after those of a leader's message are unverified", () => {
  const ours = { term: 3, leader: b, durable: 4 };

  test.each([
    ["a heartbeat", []],
    ["a duplicate", [1]],
  ])("%s is accepted up to prevIndex + its entries, not up to our end", (_title, terms) => {
    const message = appendEntries(3, { after: [1, 1], entries: entries(terms, 2) });
    expect(step(env({ log: [1, 1, 2, 2] }), follower(ours), from(b, message))).toEqual({
      state: follower(ours),
      effects: [resetElectionTimer, send(b, appendAccepted(3, 1 + terms.length))],
    });
  });

  test("nor are they committed, however high the leader's commit index is", () => {
    const message = appendEntries(3, { after: [1, 1], commit: 4 });
    expect(step(env({ log: [1, 1, 2, 2] }), follower(ours), from(b, message))).toEqual({
      state: follower({ ...ours, commit: 1 }),
      effects: [resetElectionTimer, commit(1), send(b, appendAccepted(3, 1))],
    });
  });
});

describe("K5 the later term wins, and the length decides only a tie", () => {
  test.each([
    ["a later but shorter log", [1, 1, 1], 1, 2, true],
    ["a longer but earlier log", [2], 9, 1, false],
  ])("%s", (_title, terms, lastIndex, lastTerm, granted) => {
    const message = requestVote(3, { lastIndex, lastTerm });
    const { effects } = step(env({ log: terms }), follower({ term: 3 }), from(b, message));
    expect(effects.at(-1)).toEqual(send(b, voteReply(3, granted)));
  });

  test("so one of any two servers can be elected", () => {
    const disks = {
      a: { hard: hardState(2), log: [1, 1, 1] },
      b: { hard: hardState(2), log: [2] },
    };
    const cluster = new Cluster({ voters: [a, b], disks });
    cluster.campaign(b);
    expect(cluster.leader()).toBe(b);
  });
});

describe("K6 what the original Kontiki lacked", () => {
  test("every change of term or vote is saved, once and before everything else", () => {
    const cases = [
      [follower({ term: 1 }), from(b, requestVote(1)), saveHardState(1, b)],
      [follower({ term: 1 }), from(b, requestVote(2)), saveHardState(2, b)],
      [follower({ term: 1, votedFor: a }), from(b, appendEntries(2)), saveHardState(2, undefined)],
      [follower({ term: 1 }), electionTimeout, saveHardState(2, a)],
      [candidate({ term: 1 }), from(b, voteReply(2, false)), saveHardState(2, undefined)],
    ] as const;
    for (const [state, event, saved] of cases) {
      const { effects } = step(env(), state, event);
      expect(effects[0]).toEqual(saved);
      expect(effects.filter(({ type }) => type === "saveHardState")).toHaveLength(1);
    }
    expect(
      step(env(), follower({ term: 1 }), from(b, appendEntries(1))).effects,
    ).not.toContainEqual(saveHardState(1, undefined));
  });

  test("a committed entry is never truncated: the server dies first", () => {
    const state = follower({ term: 3, leader: b, commit: 2, durable: 2 });
    const message = appendEntries(3, { after: [1, 1], entries: [entry(2, 3)] });
    expect(() => step(env({ log: [1, 1] }), state, from(b, message))).toThrow(AssertionError);
  });

  test("a restart keeps term, vote and log, and forgets commit index and role", () => {
    expect(restore(hardState(3, b), log([1, 2, 3]))).toEqual(
      follower({ term: 3, votedFor: b, durable: 3 }),
    );
  });

  test("entries are sent as soon as they are appended, not at the next heartbeat", () => {
    const state = leader({ term: 1, progress: twoFollowers });
    const after = run(env(), state, propose("x"), replicate);
    expect(after.effects).toContainEqual(
      send(b, appendEntries(1, { entries: [entry(1, 1, "x")] })),
    );
  });

  test("a rejection skips a whole term, not one entry", () => {
    const state = leader({ term: 5, progress: { b: probe(6, { waiting: true }), c: probe(1) } });
    const hint = appendRejected(5, { prevIndex: 5, conflictTerm: 3, conflictIndex: 2 });
    const { state: after } = step(env({ log: [1, 4, 4, 4, 4] }), state, from(b, hint));
    expect(after).toEqual(leader({ term: 5, progress: { b: probe(2), c: probe(1) } }));
  });
});
