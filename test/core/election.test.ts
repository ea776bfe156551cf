import { INITIAL_HARD_STATE, restore, step, type NodeId } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { Cluster } from "./support/cluster.ts";
import {
  a,
  appendAccepted,
  appendEntries,
  appendLog,
  b,
  c,
  candidate,
  d,
  e,
  electionTimeout,
  env,
  follower,
  from,
  heartbeatTimeout,
  leader,
  log,
  noop,
  probe,
  replicating,
  requestVote,
  resetElectionTimer,
  resetHeartbeatTimer,
  saveHardState,
  send,
  voteReply,
} from "./support/core.ts";

describe("§5.2 leader election", () => {
  test("StartAsFollower: when servers start up, they begin as followers", () => {
    expect(restore(INITIAL_HARD_STATE, log([]))).toEqual(follower());
  });

  test("LeaderBcastBeat: leaders send periodic heartbeats to all followers", () => {
    const state = leader({
      term: 1,
      commit: 1,
      progress: { b: probe(2, { waiting: true }), c: replicating(3, { match: 1, inflight: [2] }) },
    });
    expect(step(env({ log: [1, 1] }), state, heartbeatTimeout)).toEqual({
      state: leader({
        term: 1,
        commit: 1,
        round: 1,
        progress: {
          b: probe(2, { waiting: true }),
          c: replicating(3, { match: 1, inflight: [2] }),
        },
      }),
      effects: [
        resetHeartbeatTimer,
        send(b, appendEntries(1, { after: [1, 1], commit: 1, round: 1 })),
        send(c, appendEntries(1, { after: [2, 1], commit: 1, round: 1 })),
      ],
    });
  });

  test("a non-leader ignores a heartbeat timeout", () => {
    for (const state of [follower({ term: 1, leader: b }), candidate({ term: 1 })]) {
      expect(step(env(), state, heartbeatTimeout)).toEqual({ state, effects: [] });
    }
  });

  test.each([
    ["FollowerStartElection", follower({ term: 1, leader: b })],
    ["FollowerStartElection, having voted", follower({ term: 1, votedFor: b })],
    ["CandidateStartNewElection", candidate({ term: 1, votes: [a] })],
  ])("%s: increments its term, votes for itself, asks all others", (_title, state) => {
    const request = requestVote(2, { lastIndex: 2, lastTerm: 1 });
    expect(step(env({ log: [1, 1] }), state, electionTimeout)).toEqual({
      state: candidate({ term: 2 }),
      effects: [saveHardState(2, a), resetElectionTimer, send(b, request), send(c, request)],
    });
  });

  test("a leader waits for no election", () => {
    const state = leader({ term: 1, progress: { b: probe(1), c: probe(1) } });
    expect(step(env(), state, electionTimeout)).toEqual({ state, effects: [] });
  });

  test("a candidate wins with a majority: it tells all members at once and appends a no-op", () => {
    expect(step(env({ log: [1] }), candidate({ term: 2 }), from(c, voteReply(2, true)))).toEqual({
      state: leader({
        term: 2,
        round: 1,
        progress: { b: probe(2, { waiting: true }), c: probe(2, { waiting: true }) },
      }),
      effects: [
        resetHeartbeatTimer,
        send(b, appendEntries(2, { after: [1, 1], round: 1 })),
        send(c, appendEntries(2, { after: [1, 1], round: 1 })),
        appendLog(noop(2, 2)),
      ],
    });
  });

  test("a single server has its majority at once", () => {
    expect(step(env({ voters: [a] }), follower(), electionTimeout)).toEqual({
      state: leader({ term: 1, round: 1, progress: {} }),
      effects: [saveHardState(1, a), resetHeartbeatTimer, appendLog(noop(1, 1))],
    });
  });

  const others = [b, c, d, e];
  test.each([
    [2, 0, 0, "candidate"],
    [2, 1, 0, "leader"],
    [3, 0, 2, "candidate"],
    [3, 1, 0, "leader"],
    [3, 1, 1, "leader"],
    [4, 1, 0, "candidate"],
    [4, 2, 0, "leader"],
    [5, 1, 3, "candidate"],
    [5, 2, 0, "leader"],
    [5, 2, 2, "leader"],
    [5, 4, 0, "leader"],
  ])("LeaderElectionInOneRoundRPC: of %i servers %i grant, %i reject", (size, yes, no, role) => {
    const setup = env({ voters: [a, ...others.slice(0, size - 1)] });
    let state = step(setup, follower(), electionTimeout).state;
    for (const [at, voter] of others.slice(0, yes + no).entries()) {
      state = step(setup, state, from(voter, voteReply(1, at >= no))).state;
    }
    expect(state.role.type).toBe(role);
  });

  test.each<[NodeId | undefined, NodeId, boolean]>([
    [undefined, b, true],
    [undefined, c, true],
    [b, b, true],
    [c, c, true],
    [b, c, false],
    [c, b, false],
    [a, b, false],
  ])("FollowerVote: voted for %s, asked by %s: %s", (votedFor, asker, granted) => {
    const state = follower({ term: 1, votedFor });
    const reply = send(asker, voteReply(1, granted));
    const saved = votedFor === undefined ? [saveHardState(1, asker)] : [];
    expect(step(env(), state, from(asker, requestVote(1)))).toEqual({
      state: follower({ term: 1, votedFor: granted ? asker : votedFor }),
      effects: granted ? [...saved, resetElectionTimer, reply] : [reply],
    });
  });

  test("a candidate and a leader have voted for themselves and reject another candidate of their term", () => {
    const lead = leader({ term: 1, progress: { b: probe(1), c: probe(1) } });
    for (const state of [candidate({ term: 1 }), lead]) {
      const request = requestVote(1, { lastIndex: 9, lastTerm: 1 });
      expect(step(env(), state, from(b, request))).toEqual({
        state,
        effects: [send(b, voteReply(1, false))],
      });
    }
  });

  test.each([1, 2])("CandidateFallback: follows the leader of term %i", (inTerm) => {
    const { state, effects } = step(env(), candidate({ term: 1 }), from(b, appendEntries(inTerm)));
    const votedFor = inTerm === 1 ? a : undefined;
    expect(state).toEqual(follower({ term: inTerm, votedFor, leader: b }));
    expect(effects).toEqual([
      ...(inTerm === 1 ? [] : [saveHardState(2, undefined)]),
      resetElectionTimer,
      send(b, appendAccepted(inTerm, 0)),
    ]);
  });

  test("a follower that hears its leader restarts its timer, even when it rejects the entries", () => {
    const state = follower({ term: 1, leader: b });
    const { effects } = step(env(), state, from(b, appendEntries(1, { after: [5, 1] })));
    expect(effects[0]).toEqual(resetElectionTimer);
  });

  test("initial_election: a leader is elected, and stays as long as it is heard", () => {
    const cluster = new Cluster({ voters: [a, b, c] });
    cluster.campaign(a);
    for (let beat = 0; beat < 5; beat += 1) cluster.heartbeat();
    expect(cluster.leader()).toBe(a);
    expect(cluster.sometimes).toMatchObject({ elected: 1, deposed: 0 });
  });

  test("reelection: leaders change, and without a quorum there is none", () => {
    const cluster = new Cluster({ voters: [a, b, c] });
    cluster.campaign(a);
    cluster.partition([b, c]);
    cluster.campaign(b);
    expect([cluster.state(a).role.type, cluster.state(b).role.type]).toEqual(["leader", "leader"]);
    cluster.heal();
    cluster.heartbeat();
    expect([cluster.state(a).role.type, cluster.leader()]).toEqual(["follower", b]);
    cluster.partition([a], [b], [c]);
    cluster.campaign(a);
    cluster.campaign(c);
    cluster.campaign(c);
    expect(cluster.sometimes.elected).toBe(2);
    expect(cluster.converge()).toBeDefined();
  });

  test("DuelingCandidates: a split vote elects no server, and the next term does", () => {
    const cluster = new Cluster({ voters: [a, b, c, d] });
    cluster.partition([a, b], [c, d]);
    cluster.campaign(a);
    cluster.campaign(c);
    expect(cluster.leader()).toBeUndefined();
    cluster.heal();
    cluster.campaign(c);
    expect(cluster.leader()).toBe(c);
    expect(cluster.sometimes).toMatchObject({ elected: 1, wonByNobody: 1 });
  });
});
