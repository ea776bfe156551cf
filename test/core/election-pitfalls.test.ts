/** Pitfalls 8 and 26: which votes count, and what holds off an election. */
import { AssertionError, step } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { Cluster } from "./support/cluster.ts";
import {
  a,
  appendEntries,
  b,
  c,
  candidate,
  d,
  e,
  electionTimeout,
  entry,
  env,
  follower,
  from,
  leader,
  replicating,
  requestVote,
  resetElectionTimer,
  saveHardState,
  send,
  voteReply,
} from "./support/core.ts";

const twoFollowers = { b: replicating(1), c: replicating(1) };

describe("8 vote replies", () => {
  const five = env({ voters: [a, b, c, d, e] });

  test("the same voter twice counts once", () => {
    const state = candidate({ term: 1, votes: [a, b] });
    expect(step(five, state, from(b, voteReply(1, true)))).toEqual({ state, effects: [] });
  });

  test("a vote of an older election does not count", () => {
    const state = candidate({ term: 2 });
    expect(step(env(), state, from(b, voteReply(1, true)))).toEqual({ state, effects: [] });
  });

  test("a rejected vote does not count", () => {
    const state = candidate({ term: 2 });
    expect(step(env(), state, from(b, voteReply(2, false)))).toEqual({ state, effects: [] });
  });

  test("a vote that arrives after the election changes nothing", () => {
    for (const state of [
      follower({ term: 2, votedFor: a, leader: b }),
      leader({ term: 2, progress: twoFollowers }),
    ]) {
      expect(step(env(), state, from(c, voteReply(2, true)))).toEqual({ state, effects: [] });
    }
  });

  test("a granted vote is confirmed when it is requested again", () => {
    const state = follower({ term: 2, votedFor: b });
    expect(step(env(), state, from(b, requestVote(2)))).toEqual({
      state,
      effects: [resetElectionTimer, send(b, voteReply(2, true))],
    });
  });

  test("a candidate that restarts in its term does not count votes that arrive later", () => {
    const cluster = new Cluster({ voters: [a, b, c] });
    cluster.event(a, electionTimeout);
    cluster.sync(a);
    cluster.crash(a);
    cluster.restart(a);
    cluster.settle();
    expect(cluster.state(a)).toEqual(follower({ term: 1, votedFor: a }));
    cluster.converge();
  });
});

describe("26 timers", () => {
  test("one effect holds off everything that a leader's message must hold off, whatever the message brings", () => {
    const messages = [
      appendEntries(1),
      appendEntries(1, { entries: [entry(1, 1)], commit: 1 }),
      appendEntries(1, { after: [5, 1] }),
      appendEntries(2),
    ];
    for (const message of messages) {
      const { effects } = step(env(), follower({ term: 1 }), from(b, message));
      expect(effects.filter(({ type }) => type === "resetElectionTimer")).toHaveLength(1);
    }
  });

  test("a leader that steps down waits for an election again", () => {
    const state = leader({ term: 1, progress: twoFollowers });
    expect(step(env(), state, from(b, voteReply(2, false))).effects).toContainEqual(
      resetElectionTimer,
    );
  });

  test("a newer term alone holds off no election", () => {
    for (const state of [follower({ term: 1 }), candidate({ term: 1 })]) {
      expect(step(env(), state, from(b, voteReply(2, false))).effects).toEqual([
        saveHardState(2, undefined),
      ]);
    }
  });
});

test("a term cannot have two leaders: a leader that meets another one dies", () => {
  const state = leader({ term: 1, progress: twoFollowers });
  expect(() => step(env(), state, from(b, appendEntries(1)))).toThrow(AssertionError);
  const follows = follower({ term: 1, leader: b });
  expect(() => step(env(), follows, from(c, appendEntries(1)))).toThrow(AssertionError);
});
