/** Pitfalls 1 to 4, 7 and 28: what a majority holds, what is promised before a sync, and what a restart knows of both. */
import { isQuorum, quorumIndex, restore, step } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { Cluster } from "./support/cluster.ts";
import {
  a,
  appendAccepted,
  appendEntries,
  b,
  c,
  commit,
  d,
  durable,
  e,
  electionTimeout,
  env,
  follower,
  from,
  hardState,
  leader,
  log,
  noop,
  replicating,
  requestVote,
  resetElectionTimer,
  run,
  send,
  voteReply,
} from "./support/core.ts";

test("1 a majority that holds an older term's entry waits for one of this term", () => {
  const progress = { b: replicating(4, { match: 2 }), c: replicating(4, { match: 2 }) };
  const state = leader({ term: 3, durable: 2, progress });
  const setup = env({ log: [1, 2, 3] });
  expect(step(setup, state, from(b, appendAccepted(3, 2))).state.commit).toBe(0);
  expect(step(setup, state, from(b, appendAccepted(3, 3))).state.commit).toBe(0);
  const both = run(setup, state, from(b, appendAccepted(3, 3)), from(c, appendAccepted(3, 3)));
  expect(both.state.commit).toBe(3);
});

test("2 a server that crashes before the sync has promised nothing, and after it votes once", () => {
  const cluster = new Cluster({ voters: [a, b, c] });
  cluster.event(a, electionTimeout);
  expect(cluster.packets).toEqual([]);
  cluster.sync(a);
  expect(cluster.packets).toHaveLength(2);
  const at = cluster.packets.findIndex(({ to }) => to === b);
  cluster.deliver(at);
  expect(cluster.packets).toHaveLength(1);
  cluster.crash(b);
  cluster.restart(b);
  expect(cluster.state(b)).toEqual(follower());
  cluster.event(b, from(a, requestVote(1)));
  cluster.sync(b);
  cluster.crash(b);
  cluster.restart(b);
  cluster.event(b, from(c, requestVote(1)));
  cluster.sync(b);
  const replies = cluster.packets.filter(({ from: sender }) => sender === b);
  expect(replies.map(({ to, message }) => [to, message])).toEqual([
    [a, voteReply(1, true)],
    [c, voteReply(1, false)],
  ]);
});

test("3 a leader counts itself only up to its durable index", () => {
  const progress = { b: replicating(3, { match: 0 }), c: replicating(3, { match: 0 }) };
  const state = leader({ term: 1, durable: 1, progress });
  const { effects } = step(env({ log: [1, 1] }), state, from(b, appendAccepted(1, 2)));
  expect(effects).toEqual([commit(1)]);
});

describe("4 async_storage_writes_append_aba_race", () => {
  test("a sync of an entry that was replaced says nothing about the one there now", () => {
    const state = follower({ term: 3, leader: b, durable: 1 });
    expect(step(env({ log: [1, 3] }), state, durable(2, 2))).toEqual({ state, effects: [] });
  });

  test("nor does one of an entry that was truncated", () => {
    const state = follower({ term: 3, leader: b, durable: 1 });
    expect(step(env({ log: [1] }), state, durable(2, 2))).toEqual({ state, effects: [] });
  });

  test("a leader does not commit by it", () => {
    const state = leader({
      term: 3,
      durable: 1,
      progress: { b: replicating(3, { match: 2 }), c: replicating(3, { match: 0 }) },
    });
    expect(step(env({ log: [1, 3] }), state, durable(2, 2))).toEqual({ state, effects: [] });
  });

  test("syncs that are reported out of order do not move it back", () => {
    const setup = env({ log: [1, 1, 1] });
    const after = run(setup, follower({ term: 1 }), durable(3, 1), durable(2, 1));
    expect(after.state.durable).toBe(3);
  });
});

describe("7 quorum arithmetic", () => {
  test.each([
    [1, 1],
    [2, 2],
    [3, 2],
    [4, 3],
    [5, 3],
    [6, 4],
    [7, 4],
  ])("of %i servers %i are a majority, and one fewer is not", (size, needed) => {
    const voters = [a, b, c, d, e, "f" as typeof a, "g" as typeof a].slice(0, size);
    expect(isQuorum(voters, voters.slice(0, needed))).toBe(true);
    expect(isQuorum(voters, voters.slice(0, needed - 1))).toBe(false);
  });

  test("strangers, and the same server twice, do not make a majority", () => {
    expect(isQuorum([a, b, c], [a, d, e])).toBe(false);
    expect(isQuorum([a, b, c], [a, a])).toBe(false);
    expect(isQuorum([a, b, c], [d, c, a])).toBe(true);
  });

  test.each([
    [[5, 5, 5], 5],
    [[9, 1, 1], 1],
    [[1, 9, 9], 9],
    [[10, 9, 2], 9],
    [[4, 3, 2, 1], 2],
    [[4, 4, 1, 1], 1],
    [[1, 5, 4, 3, 2], 3],
    [[7], 7],
    [[7, 3], 3],
  ])("of matches %j a majority holds %i", (matches, held) => {
    const voters = [a, b, c, d, e].slice(0, matches.length);
    const matchOf = (voter: typeof a) =>
      log(Array(matches[voters.indexOf(voter)]).fill(1)).lastIndex;
    expect(quorumIndex(voters, matchOf)).toBe(held);
  });
});

describe("28 restarts", () => {
  test("a single server commits its old log again, and appends none of it again", () => {
    const setup = env({ voters: [a], log: [1, 1] });
    const state = restore(hardState(1, a), setup.log);
    const after = run(setup, state, electionTimeout, durable(3, 2));
    expect(after.state).toEqual(leader({ term: 2, commit: 3, durable: 3, round: 1, progress: {} }));
    expect(after.effects.filter(({ type }) => type === "appendLog")).toEqual([
      { type: "appendLog", entries: [noop(3, 2)] },
    ]);
  });

  test("after a restart, a follower does not assume that anything is committed", () => {
    const state = restore(hardState(1, b), log([1, 1]));
    const message = appendEntries(1, { after: [2, 1], commit: 1 });
    expect(step(env({ log: [1, 1] }), state, from(b, message)).effects).toEqual([
      resetElectionTimer,
      commit(1),
      send(b, appendAccepted(1, 2)),
    ]);
  });
});
