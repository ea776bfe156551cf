import { INITIAL_HARD_STATE, restore, step, type Leader } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { inForce } from "./support/membership.ts";
import { leaderSilent, ON, transferEnded } from "./support/elections.ts";
import { read, rejectRead } from "./support/reads.ts";
import { Script } from "./support/scripted-cluster.ts";
import {
  a,
  appendAccepted,
  appendEntries,
  appendRejected,
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
  preCandidate,
  probe,
  replicating,
  requestVote,
  resetElectionTimer,
  resetHeartbeatTimer,
  run,
  saveHardState,
  send,
  timeoutNow,
  voteReply,
} from "./support/core.ts";

const waiting = probe(1, { waiting: true });

/** A leader of term 1 that has begun its first round and got no answers. */
const elected = (given: Partial<Leader> = {}) =>
  leader({ term: 1, progress: { b: waiting, c: waiting }, round: 1, ...given });

describe("dissertation 6.2: a leader that no majority answers", () => {
  const stepped = {
    state: follower({ term: 1, votedFor: a }),
    effects: [resetElectionTimer],
  };

  test("checkquorum: leads for quorumBeats - 1 more heartbeats, and steps down at the next, in its term", () => {
    const first = step(env(ON), elected(), heartbeatTimeout);
    expect(first).toEqual({
      state: elected({ round: 2, check: { round: 1, beats: 1 } }),
      effects: [
        resetHeartbeatTimer,
        send(b, appendEntries(1, { round: 2 })),
        send(c, appendEntries(1, { round: 2 })),
      ],
    });
    const second = step(env(ON), first.state, heartbeatTimeout);
    expect(second.state).toEqual(elected({ round: 3, check: { round: 1, beats: 2 } }));
    expect(step(env(ON), second.state, heartbeatTimeout)).toEqual(stepped);
  });

  test("an answer from a majority begins a new check, of the round that starts with this heartbeat", () => {
    const progress = { b: probe(1, { round: 2 }), c: waiting };
    const state = elected({ round: 3, progress, check: { round: 1, beats: 2 } });
    const progressAfter = { b: probe(1, { waiting: true, round: 2 }), c: waiting };
    expect(step(env(ON), state, heartbeatTimeout).state).toEqual(
      elected({ round: 4, progress: progressAfter, check: { round: 4, beats: 0 } }),
    );
  });

  test("an answer to a round before the checked one does not count", () => {
    const progress = { b: probe(1, { round: 3 }), c: waiting };
    const state = elected({ round: 6, progress, check: { round: 4, beats: 2 } });
    expect(step(env(ON), state, heartbeatTimeout)).toEqual(stepped);
  });

  test.each([
    ["acceptance", appendAccepted(1, 0, 1)],
    [
      "rejection, which is an answer too,",
      appendRejected(1, { prevIndex: 0, conflictIndex: 1, round: 1 }),
    ],
  ])("one %s in three servers is enough", (_title, answer) => {
    const state = elected({ check: { round: 1, beats: 2 } });
    const { state: after } = run(env(ON), state, from(b, answer), heartbeatTimeout);
    expect(after.role).toMatchObject({ type: "leader", check: { round: 2, beats: 0 } });
  });

  test.each([
    ["of an earlier term", from(b, appendAccepted(0, 0, 1))],
    ["of another disk", from(b, appendAccepted(1, 0, 1), { fromUid: 1 })],
    ["of a stranger", from(d, appendAccepted(1, 0, 1))],
    ["to a snapshot, which has no round", from(b, appendAccepted(1, 0))],
  ])("an answer %s does not count", (_title, answer) => {
    const state = elected({ check: { round: 1, beats: 2 } });
    expect(run(env(ON), state, answer, heartbeatTimeout)).toMatchObject(stepped);
  });

  test("7: two of four are not a majority", () => {
    const progress = { b: probe(1, { round: 1 }), c: waiting, d: waiting };
    const state = elected({ progress, check: { round: 1, beats: 2 } });
    expect(step(env({ ...ON, voters: [a, b, c, d] }), state, heartbeatTimeout)).toEqual(stepped);
  });

  test("learners do not count", () => {
    const memberships = [inForce(1, { learners: [d, e] })];
    const heard = replicating(1, { round: 1 });
    const progress = { b: waiting, c: waiting, d: heard, e: heard };
    const role = elected({ progress, check: { round: 1, beats: 2 } }).role as Leader;
    const state = leader({ term: 1, memberships, ...role });
    expect(step(env(ON), state, heartbeatTimeout).state).toEqual(
      follower({ term: 1, votedFor: a, memberships }),
    );
  });

  test("a leader that is no longer a voter does not count itself", () => {
    const memberships = [inForce(1, { voters: [b, c, d] })];
    const progress = { b: probe(1, { round: 1 }), c: waiting, d: waiting };
    const state = leader({
      term: 1,
      memberships,
      progress,
      round: 1,
      check: { round: 1, beats: 2 },
    });
    expect(step(env(ON), state, heartbeatTimeout).state.role.type).toBe("follower");
    const more = { ...progress, c: probe(1, { round: 1 }) };
    const heard = leader({
      term: 1,
      memberships,
      progress: more,
      round: 1,
      check: { round: 1, beats: 2 },
    });
    expect(step(env(ON), heard, heartbeatTimeout).state.role.type).toBe("leader");
  });

  test("in a joint membership both halves must answer", () => {
    const memberships = [inForce(1, { voters: [a, b, c], outgoing: [a, d, e] })];
    const heard = probe(1, { round: 1 });
    const progress = { b: heard, c: heard, d: waiting, e: waiting };
    const state = leader({
      term: 1,
      memberships,
      progress,
      round: 1,
      check: { round: 1, beats: 2 },
    });
    expect(step(env(ON), state, heartbeatTimeout).state.role.type).toBe("follower");
  });

  test("a single voter keeps leading", () => {
    const beats = Array.from({ length: 5 }, () => heartbeatTimeout);
    const alone = elected({ progress: {} });
    expect(run(env({ ...ON, voters: [a] }), alone, ...beats).state).toEqual(
      elected({ progress: {}, round: 6, check: { round: 6, beats: 0 } }),
    );
  });

  test("no leader steps down when the check is off", () => {
    const beats = Array.from({ length: 20 }, () => heartbeatTimeout);
    expect(run(env(), elected(), ...beats).state.role.type).toBe("leader");
  });

  test("pending reads and a transfer are told", () => {
    const reads = [{ from: undefined, id: 7, index: leader({ progress: {} }).commit, round: 2 }];
    const transfer = { target: b, beats: 0, told: false };
    const state = elected({ reads, transfer, check: { round: 1, beats: 2 } });
    expect(step(env(ON), state, heartbeatTimeout)).toEqual({
      state: stepped.state,
      effects: [resetElectionTimer, rejectRead(7), transferEnded(b, "this server no longer leads")],
    });
  });

  test("a former leader that stands again starts with a pre-vote, and votes for no other server in its term", () => {
    const { state } = step(env(ON), elected({ check: { round: 1, beats: 2 } }), heartbeatTimeout);
    expect(step(env(ON), state, from(b, requestVote(1))).effects).toEqual([
      send(b, voteReply(1, false)),
    ]);
    expect(step(env(ON), state, electionTimeout).state).toEqual(
      preCandidate({ term: 1, votedFor: a }),
    );
  });
});

describe("dissertation 4.2.3: votes are withheld while a leader is heard", () => {
  const request = requestVote(9);

  test.each([
    ["follower that hears its leader", follower({ term: 4, leader: c })],
    ["leader", leader({ term: 4, progress: { b: waiting, c: waiting } })],
  ])("a %s neither answers nor adopts the term", (_title, state) => {
    expect(step(env(ON), state, from(b, request))).toEqual({ state, effects: [] });
  });

  test.each([
    ["follower without a leader", follower({ term: 4 })],
    ["follower whose leader fell silent", follower({ term: 4, leader: c, heard: false })],
    ["server that asks for pre-votes", preCandidate({ term: 4 })],
    ["candidate", candidate({ term: 4 })],
    ["follower of the very server that asks", follower({ term: 4, leader: b })],
  ])("a %s votes", (_title, state) => {
    expect(step(env(ON), state, from(b, request))).toEqual({
      state: follower({ term: 9, votedFor: b }),
      effects: [saveHardState(9, b), resetElectionTimer, send(b, voteReply(9, true))],
    });
  });

  test("10: a server that the leader asked to stand gets votes, even from its leader", () => {
    const asked = requestVote(5, { transfer: true });
    for (const state of [
      follower({ term: 4, leader: c }),
      leader({ term: 4, progress: { b: waiting, c: waiting } }),
    ])
      expect(step(env(ON), state, from(b, asked)).state).toEqual(
        follower({ term: 5, votedFor: b }),
      );
  });

  test("a leader that is heard again counts as heard: votes are withheld again", () => {
    const state = follower({ term: 4, leader: c });
    const after = run(env(ON), state, leaderSilent, from(c, appendEntries(4)), from(b, request));
    expect(after.state).toEqual(state);
  });

  test("a snapshot chunk also counts as hearing the leader", () => {
    const [{ membership }] = [inForce(3)];
    const snapshot = {
      ...inForce(3),
      term: follower({ term: 2 }).term,
      membership,
      size: 9,
      checksum: 1,
    };
    const message = {
      type: "snapshotChunk",
      term: follower({ term: 4 }).term,
      snapshot,
      offset: 4,
      bytes: new Uint8Array(1),
    } as const;
    const state = follower({ term: 4, leader: c, heard: false });
    expect(step(env(ON), state, from(c, message)).state).toEqual(follower({ term: 4, leader: c }));
  });

  test("leaderSilent means nothing to a server that does not follow a leader", () => {
    for (const state of [
      leader({ term: 4, progress: { b: waiting, c: waiting } }),
      candidate({ term: 4 }),
      preCandidate({ term: 4 }),
    ])
      expect(step(env(ON), state, leaderSilent)).toEqual({ state, effects: [] });
  });

  test("with the check off, no server withholds a vote", () => {
    expect(step(env(), follower({ term: 4, leader: c }), from(b, request)).state).toEqual(
      follower({ term: 9, votedFor: b }),
    );
  });
});

describe("dissertation 6.4.1: with leases", () => {
  const leased = { ...ON, leases: true };

  test("a restarted server withholds votes until it would have heard from a leader", () => {
    const restarted = restore(INITIAL_HARD_STATE, log([]), { leases: true });
    expect(restarted).toEqual(follower({ heard: true }));
    expect(step(env(leased), restarted, from(b, requestVote(1)))).toEqual({
      state: restarted,
      effects: [],
    });
    const { state } = run(env(leased), restarted, leaderSilent, from(b, requestVote(1)));
    expect(state).toEqual(follower({ term: 1, votedFor: b }));
  });

  test("without them it does not", () => {
    expect(restore(INITIAL_HARD_STATE, log([]))).toEqual(follower());
  });

  test("a newer term in an answer does not end the promise to withhold votes", () => {
    const state = follower({ term: 4, leader: c });
    const adopted = step(env(leased), state, from(b, voteReply(5, false)));
    expect(adopted.state).toEqual(follower({ term: 5, heard: true }));
    expect(step(env(leased), adopted.state, from(b, requestVote(5)))).toEqual({
      state: adopted.state,
      effects: [],
    });
  });

  test("they depend on withheld votes, so they are rejected without quorumBeats", () => {
    expect(() => env({ leases: true, quorumBeats: 0 })).toThrow(
      "leases: they depend on withheld votes, so quorumBeats must be 1 or more",
    );
  });
});

describe("6.2 and 4.2.3 among several servers", () => {
  test("FreeStuckCandidateWithCheckQuorum: a server stuck in a newer term is freed by the leader's next heartbeat", () => {
    const play = new Script({ voters: [a, b, c], preVote: false });
    play.timeout(a);
    play.partition([a, b]);
    play.timeout(c);
    play.timeout(c);
    play.heal();
    play.timeout(c);
    expect(play.roles).toEqual({ a: "leader", b: "follower", c: "candidate" });
    expect(play.terms).toEqual({ a: 1, b: 1, c: 4 });
    play.heartbeat(a);
    expect(play.roles).toEqual({ a: "follower", b: "follower", c: "candidate" });
    play.timeout(c);
    expect(play.roles).toEqual({ a: "follower", b: "follower", c: "leader" });
    expect(play.terms).toEqual({ a: 5, b: 5, c: 5 });
  });

  test("LeaderSupersedingWithCheckQuorum: a leader is deposed only when a follower has not heard it either", () => {
    const play = new Script({ voters: [a, b, c], preVote: false });
    play.timeout(a);
    play.timeout(c);
    expect(play.roles).toEqual({ a: "leader", b: "follower", c: "candidate" });
    play.silence(b);
    play.timeout(c);
    expect(play.roles).toEqual({ a: "follower", b: "follower", c: "leader" });
  });

  test("LeaderElectionWithCheckQuorum: a new cluster withholds nothing", () => {
    const play = new Script({ voters: [a, b, c], preVote: false });
    play.timeout(a);
    expect(play.roles).toEqual({ a: "leader", b: "follower", c: "follower" });
  });

  test("11: openraft#2080: a leader that only the bridge hears steps down, and the bridge elects another", () => {
    const play = new Script({ voters: [a, b, c, d, e] });
    play.timeout(a);
    play.stop(e);
    play.partition([a, b], [b, c, d]);
    play.silence(c, d);
    play.heartbeat(a);
    play.timeout(c);
    expect(play.roles).toMatchObject({ a: "leader", b: "follower", c: "preCandidate" });
    play.heartbeat(a, 3);
    expect(play.roles).toMatchObject({ a: "follower", b: "follower", c: "preCandidate" });
    play.silence(b);
    play.timeout(c);
    expect(play.roles).toEqual({ a: "follower", b: "follower", c: "leader", d: "follower" });
  });

  test("one_way_isolation: a leader that is heard but hears no server steps down", () => {
    const play = new Script({ voters: [a, b, c] });
    play.timeout(a);
    play.cut((_from, to) => to === a);
    play.heartbeat(a, 3);
    expect(play.roles).toEqual({ a: "leader", b: "follower", c: "follower" });
    play.heartbeat(a, 1);
    expect(play.roles).toEqual({ a: "follower", b: "follower", c: "follower" });
    play.silence(b, c);
    play.timeout(b);
    expect(play.roles).toEqual({ a: "follower", b: "leader", c: "follower" });
  });

  test("one_way_isolation: a follower that is heard but hears no server deposes no leader", () => {
    const play = new Script({ voters: [a, b, c] });
    play.timeout(a);
    play.cut((_from, to) => to === c);
    for (let times = 0; times < 4; times += 1) {
      play.timeout(c);
      play.heartbeat(a);
    }
    expect(play.roles).toEqual({ a: "leader", b: "follower", c: "preCandidate" });
    expect(play.terms).toEqual({ a: 1, b: 1, c: 1 });
  });

  test("majorities ring: when every server sees another majority, one of them leads", () => {
    const ring = [a, b, c, d, e];
    const play = new Script({ voters: ring });
    play.timeout(a);
    play.cut((one, other) => {
      const apart = Math.abs(ring.indexOf(one) - ring.indexOf(other));
      return Math.min(apart, ring.length - apart) > 1;
    });
    for (let times = 0; times < 5; times += 1) {
      play.heartbeat(a);
      play.timeout(c, d);
    }
    expect(play.roles).toMatchObject({ a: "leader", b: "follower", e: "follower" });
    play.propose(a, "x");
    expect(play.state(a).commit).toBe(2);
  });

  test("17: a removed server that does not know of its removal deposes no leader", () => {
    const play = new Script({ voters: [a, b, c], preVote: false });
    play.timeout(a);
    play.cut((_from, to) => to === c);
    play.event(a, { type: "changeMembership", changes: [{ type: "remove", node: c }] });
    play.deliver();
    play.heal();
    for (let times = 0; times < 3; times += 1) play.timeout(c);
    expect(play.roles).toEqual({ a: "leader", b: "follower", c: "candidate" });
    expect(play.terms).toEqual({ a: 1, b: 1, c: 4 });
    play.heartbeat(a);
    expect(play.terms).toEqual({ a: 1, b: 1, c: 4 });
  });
});

test("6.4: a leader that steps down rejects its own pending reads", () => {
  const state = elected({ check: { round: 1, beats: 2 } });
  const { effects } = run(env(ON), state, read(1), from(b, timeoutNow(0)), heartbeatTimeout);
  expect(effects).toEqual([resetElectionTimer, rejectRead(1)]);
});
