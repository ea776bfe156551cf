import { step } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { inForce, membershipEntry } from "./support/membership.ts";
import { leaderSilent, ON } from "./support/elections.ts";
import { Script } from "./support/scripted-cluster.ts";
import {
  a,
  appendEntries,
  b,
  c,
  candidate,
  contentOf,
  d,
  e,
  electionTimeout,
  env,
  follower,
  from,
  hardState,
  leader,
  logOf,
  preCandidate,
  preVoteReply,
  probe,
  requestPreVote,
  requestVote,
  resetElectionTimer,
  resetHeartbeatTimer,
  run,
  saveHardState,
  send,
  voteReply,
  appendAccepted,
  appendLog,
  noop,
} from "./support/core.ts";

describe("dissertation 9.6: a server that asks for pre-votes", () => {
  test("asks about the next term, and neither begins it nor forgets its vote", () => {
    const request = requestPreVote(3, { lastIndex: 2, lastTerm: 1 });
    const state = follower({ term: 2, votedFor: b });
    expect(step(env({ ...ON, log: [1, 1] }), state, electionTimeout)).toEqual({
      state: preCandidate({ term: 2, votedFor: b }),
      effects: [resetElectionTimer, send(b, request), send(c, request)],
    });
  });

  test("asks again when the timer fires again, and forgets the pre-votes it had", () => {
    const state = preCandidate({ term: 2, votes: [a, b] });
    const voters = [a, b, c, d, e];
    const request = requestPreVote(3);
    expect(step(env({ ...ON, voters }), state, electionTimeout)).toEqual({
      state: preCandidate({ term: 2 }),
      effects: [resetElectionTimer, ...[b, c, d, e].map((voter) => send(voter, request))],
    });
  });

  test("stands for election with a majority of pre-votes, which are not votes", () => {
    const request = requestVote(3, { lastIndex: 2, lastTerm: 1 });
    const state = preCandidate({ term: 2, votedFor: b });
    expect(step(env({ ...ON, log: [1, 1] }), state, from(c, preVoteReply(3, true)))).toEqual({
      state: candidate({ term: 3 }),
      effects: [saveHardState(3, a), resetElectionTimer, send(b, request), send(c, request)],
    });
  });

  test.each([
    ["twice", [b], preVoteReply(3, true)],
    ["of an earlier request", [], preVoteReply(2, true)],
    ["of a later request, made before the server restarted", [], preVoteReply(4, true)],
    ["that is a real vote", [], voteReply(2, true)],
    ["that is rejected", [], preVoteReply(2, false)],
  ])("does not count a pre-vote %s", (_title, others, message) => {
    const state = preCandidate({ term: 2, votes: [a, ...others] });
    const voters = [a, b, c, d, e];
    expect(step(env({ ...ON, voters }), state, from(b, message))).toEqual({ state, effects: [] });
  });

  test("8: CandidateDeliversPreCandidateSelfVote: late pre-votes are not votes", () => {
    const state = candidate({ term: 3 });
    for (const message of [preVoteReply(3, true), preVoteReply(4, true)])
      expect(step(env(ON), state, from(b, message))).toEqual({ state, effects: [] });
  });

  test("a granted pre-vote has a term that no server has begun: no role adopts it", () => {
    const progress = { b: probe(1), c: probe(1) };
    for (const state of [
      follower({ term: 2, leader: b }),
      candidate({ term: 2 }),
      leader({ term: 2, progress }),
      preCandidate({ term: 2 }),
    ])
      expect(step(env(ON), state, from(b, preVoteReply(9, true)))).toEqual({ state, effects: [] });
  });

  test("a rejection with a newer term ends the attempt: it adopts the term, and its timer keeps running", () => {
    const state = preCandidate({ term: 2, votedFor: a });
    expect(step(env(ON), state, from(b, preVoteReply(7, false)))).toEqual({
      state: follower({ term: 7 }),
      effects: [saveHardState(7, undefined)],
    });
  });

  test("pre-votes of strangers, of learners and of other disks do not count", () => {
    const memberships = [inForce(1, { learners: [d] })];
    const state = preCandidate({ term: 2, memberships });
    for (const [peer, fromUid] of [
      [e, 0],
      [b, 1],
    ] as const)
      expect(step(env(ON), state, from(peer, preVoteReply(3, true), { fromUid }))).toEqual({
        state,
        effects: [],
      });
    expect(step(env(ON), state, from(d, preVoteReply(3, true))).state.term).toBe(2);
  });

  test("in a joint membership it needs a majority of both halves", () => {
    const memberships = [inForce(1, { voters: [a, b, c], outgoing: [a, d, e] })];
    const state = preCandidate({ term: 2, memberships });
    const half = run(
      env(ON),
      state,
      from(b, preVoteReply(3, true)),
      from(c, preVoteReply(3, true)),
    );
    expect(half.state).toEqual(preCandidate({ term: 2, memberships, votes: [a, b, c] }));
    expect(step(env(ON), half.state, from(e, preVoteReply(3, true))).state).toEqual(
      candidate({ term: 3, memberships }),
    );
  });

  test("asks the voters of both halves and no learner", () => {
    const memberships = [inForce(1, { voters: [a, b], outgoing: [a, c], learners: [d] })];
    const { effects } = step(env(ON), follower({ memberships }), electionTimeout);
    expect(effects).toEqual([
      resetElectionTimer,
      send(b, requestPreVote(1)),
      send(c, requestPreVote(1)),
    ]);
  });

  test("a single voter asks no server and leads at once", () => {
    expect(step(env({ ...ON, voters: [a] }), follower({ term: 1 }), electionTimeout)).toEqual({
      state: leader({ term: 2, progress: {}, round: 1 }),
      effects: [saveHardState(2, a), resetHeartbeatTimer, appendLog(noop(1, 2))],
    });
  });

  test("gives up for the leader of its term", () => {
    const state = preCandidate({ term: 2, votedFor: b, votes: [a, c] });
    expect(step(env(ON), state, from(b, appendEntries(2, { round: 4 })))).toEqual({
      state: follower({ term: 2, votedFor: b, leader: b }),
      effects: [resetElectionTimer, send(b, appendAccepted(2, 0, 4))],
    });
  });

  test.each([
    ["learner", { commit: 1, memberships: [inForce(1, { voters: [b, c], learners: [a] })] }],
    ["server that was removed", { commit: 1, memberships: [inForce(1, { voters: [b, c] })] }],
    [
      "voter of another disk",
      { commit: 1, memberships: [inForce(1, { uids: { a: 4 }, lastUid: 4 })] },
    ],
    [
      "server that is a voter with another disk by now, committed or not",
      { memberships: [inForce(1, { uids: { a: 4 }, lastUid: 4 })] },
    ],
  ])("16: a %s does not ask: it waits for a leader", (_title, given) => {
    const state = follower({ term: 2, ...given, leader: b });
    expect(step(env({ ...ON, log: [1] }), state, electionTimeout)).toEqual({
      state: follower({ term: 2, ...given }),
      effects: [resetElectionTimer],
    });
  });

  test.each([
    ["in the initial membership", [inForce(2, { voters: [b, c] })]],
    [
      "in a later membership",
      [inForce(1, { learners: [d] }), inForce(2, { voters: [b, c], learners: [a] })],
    ],
    [
      "in one that is not known to be committed either",
      [inForce(1, { voters: [b, c, d], outgoing: [a, b, c] }), inForce(2, { voters: [b, c] })],
    ],
  ])(
    "4.2.2, Figure 4.6: a voter %s stands until its removal is committed",
    (_title, memberships) => {
      const state = follower({ term: 2, commit: 1, memberships });
      const request = requestPreVote(3, { lastIndex: 2, lastTerm: 1 });
      expect(step(env({ ...ON, log: [1, 1] }), state, electionTimeout)).toEqual({
        state: preCandidate({ term: 2, commit: 1, memberships }),
        effects: [resetElectionTimer, send(b, request), send(c, request)],
      });
    },
  );

  test("4.2.2: it does not count itself then", () => {
    const memberships = [inForce(2, { voters: [b, c] })];
    const state = preCandidate({ term: 2, commit: 1, memberships });
    const one = step(env(ON), state, from(b, preVoteReply(3, true)));
    expect(one.state).toEqual({ ...state, role: { type: "preCandidate", votes: [a, b] } });
    expect(step(env(ON), one.state, from(c, preVoteReply(3, true))).state.role.type).toBe(
      "candidate",
    );
  });

  test("4.2.2: one that had no vote in the last membership known to be committed does not stand", () => {
    const memberships = [inForce(1, { voters: [b, c] }), inForce(2, { voters: [b, c, d] })];
    const state = follower({ term: 2, commit: 1, memberships });
    expect(step(env({ ...ON, log: [1, 1] }), state, electionTimeout).state).toEqual(state);
  });
});

describe("dissertation 9.6: a server that is asked", () => {
  const asked = requestPreVote(5, { lastIndex: 2, lastTerm: 2 });

  test.each([
    ["follower without a leader", follower({ term: 4 })],
    ["follower that voted for another", follower({ term: 4, votedFor: c })],
    ["follower whose leader fell silent", follower({ term: 4, leader: c, heard: false })],
    ["server that asks for pre-votes itself", preCandidate({ term: 4 })],
    ["candidate", candidate({ term: 4 })],
    ["server of a much lower term", follower({ term: 2 })],
  ])("9: a %s says yes, remembers nothing, and its timer keeps running", (_title, state) => {
    expect(step(env({ ...ON, log: [1, 2] }), state, from(b, asked))).toEqual({
      state,
      effects: [send(b, preVoteReply(5, true))],
    });
  });

  test("says yes to any number of servers", () => {
    const state = follower({ term: 4 });
    expect(
      run(env(ON), state, from(b, requestPreVote(5)), from(c, requestPreVote(5))),
    ).toMatchObject({
      state,
      effects: [send(b, preVoteReply(5, true)), send(c, preVoteReply(5, true))],
    });
  });

  test("says no if the other log lacks entries of its own, and sends its own term", () => {
    const state = follower({ term: 3 });
    expect(step(env({ ...ON, log: [1, 3] }), state, from(b, asked))).toEqual({
      state,
      effects: [send(b, preVoteReply(3, false))],
    });
  });

  test.each([5, 6])("says no about a term that is not newer than its own, %i", (inTerm) => {
    const state = follower({ term: inTerm });
    expect(step(env({ ...ON, log: [1, 2] }), state, from(b, asked))).toEqual({
      state,
      effects: [send(b, preVoteReply(inTerm, false))],
    });
  });

  test.each([
    ["follower that hears its leader", follower({ term: 4, leader: c })],
    ["leader", leader({ term: 4, progress: { b: probe(3), c: probe(3) } })],
  ])("dissertation 4.2.3: a %s does not answer", (_title, state) => {
    expect(step(env({ ...ON, log: [1, 2] }), state, from(b, asked))).toEqual({
      state,
      effects: [],
    });
  });

  test("9: its own leader, when it asks, has lost its leadership and gets an answer", () => {
    const state = follower({ term: 4, leader: b });
    expect(step(env({ ...ON, log: [1, 2] }), state, from(b, asked))).toEqual({
      state,
      effects: [send(b, preVoteReply(5, true))],
    });
  });

  test("answers once its leader has been silent for the shortest election timeout", () => {
    const state = follower({ term: 4, leader: c });
    const { state: after, effects } = run(
      env({ ...ON, log: [1, 2] }),
      state,
      leaderSilent,
      from(b, asked),
    );
    expect({ state: after, effects }).toEqual({
      state: follower({ term: 4, leader: c, heard: false }),
      effects: [send(b, preVoteReply(5, true))],
    });
  });
});

describe("9.6 pre-vote among several servers", () => {
  test("a first election takes one more round of messages, and one term", () => {
    const play = new Script({ voters: [a, b, c] });
    play.timeout(a);
    expect(play.roles).toEqual({ a: "leader", b: "follower", c: "follower" });
    expect(play.terms).toEqual({ a: 1, b: 1, c: 1 });
  });

  test("DisruptiveFollowerPreVote: a server that was cut off returns in its old term and deposes no leader", () => {
    const play = new Script({ voters: [a, b, c] });
    play.timeout(a);
    play.partition([a, b]);
    play.propose(a, "x");
    for (let times = 0; times < 5; times += 1) play.timeout(c);
    expect(play.terms).toEqual({ a: 1, b: 1, c: 1 });
    play.heal();
    play.timeout(c);
    expect(play.roles).toEqual({ a: "leader", b: "follower", c: "preCandidate" });
    play.heartbeat(a, 2);
    expect(play.roles).toEqual({ a: "leader", b: "follower", c: "follower" });
    expect(play.terms).toEqual({ a: 1, b: 1, c: 1 });
    expect(play.log(c).lastIndex).toBe(2);
  });

  test("prevote_checkquorum: while a follower hears the leader, no other server can win", () => {
    const play = new Script({ voters: [a, b, c] });
    play.timeout(a);
    play.partition([b, c]);
    play.timeout(b);
    expect(play.roles).toEqual({ a: "leader", b: "preCandidate", c: "follower" });
    play.silence(c);
    play.timeout(b);
    expect(play.roles).toEqual({ a: "leader", b: "leader", c: "follower" });
    play.heal();
    play.heartbeat(b);
    expect(play.roles).toEqual({ a: "follower", b: "leader", c: "follower" });
    expect(play.terms).toEqual({ a: 2, b: 2, c: 2 });
  });

  test("forget_leader_prevote_checkquorum: the two that lost their leader agree on one of them", () => {
    const play = new Script({ voters: [a, b, c] });
    play.timeout(a);
    play.stop(a);
    play.silence(b, c);
    play.timeout(b, c);
    const leads = Object.values(play.roles).filter((role) => role === "leader");
    expect(leads.length).toBeLessThanOrEqual(1);
    play.timeout(c);
    expect(play.roles).toEqual({ b: "follower", c: "leader" });
  });

  test("DuelingPreCandidates: the one with the shorter log raises no term", () => {
    const play = new Script({ voters: [a, b, c] });
    play.timeout(a);
    play.partition([a, b]);
    play.propose(a, "x");
    play.heal();
    play.silence(b, c);
    play.stop(a);
    play.timeout(c);
    expect(play.roles).toEqual({ b: "follower", c: "preCandidate" });
    play.timeout(b);
    expect(play.roles).toEqual({ b: "leader", c: "follower" });
    expect(play.terms).toEqual({ b: 2, c: 2 });
  });

  test("PreVoteWithSplitVote: two that stand at once in one term elect one of them in the next", () => {
    const play = new Script({ voters: [a, b, c] });
    play.timeout(a);
    play.stop(a);
    play.silence(b, c);
    const promises = ({ message }: { readonly message: { readonly type: string } }) =>
      message.type === "requestPreVote" || message.type === "preVoteReply";
    play.event(b, electionTimeout);
    play.event(c, electionTimeout);
    play.deliver(promises);
    expect(play.roles).toEqual({ b: "candidate", c: "candidate" });
    play.deliver();
    expect(play.roles).toEqual({ b: "candidate", c: "candidate" });
    play.timeout(b);
    expect(play.roles).toEqual({ b: "leader", c: "follower" });
    expect(play.terms).toEqual({ b: 3, c: 3 });
  });

  test("9: a voter with a lower term than the one that asks helps it to win", () => {
    const play = new Script({
      voters: [a, b, c],
      logs: { a: [1], b: [1] },
      hard: { a: hardState(2), b: hardState(5) },
    });
    play.stop(c);
    play.timeout(b);
    expect(play.roles).toEqual({ a: "follower", b: "leader" });
    expect(play.terms).toEqual({ a: 6, b: 6 });
  });

  test("one with a lower term learns the newer one from a rejection, and wins with the better log", () => {
    const play = new Script({
      voters: [a, b, c],
      logs: { a: [1, 2], b: [1], c: [1] },
      hard: { a: hardState(2), b: hardState(5), c: hardState(5) },
    });
    play.timeout(a);
    expect(play.terms).toEqual({ a: 5, b: 5, c: 5 });
    play.timeout(a);
    expect(play.roles).toEqual({ a: "leader", b: "follower", c: "follower" });
  });
});

describe("16: learners and pre-vote", () => {
  const before = membershipEntry(1, 1, { voters: [a, b], learners: [c] });
  const promoted = membershipEntry(2, 1);

  test("campaign_learner_must_vote: a voter that does not know of its promotion yet still votes", () => {
    const play = new Script({ voters: [a, b] });
    play.start(b, {}, logOf([before, promoted]), hardState(1));
    play.start(c, {}, logOf([before]), hardState(1));
    play.stop(a);
    play.timeout(c);
    expect(play.roles).toEqual({ b: "follower", c: "follower" });
    play.timeout(b);
    expect(play.roles).toEqual({ b: "leader", c: "follower" });
    expect(contentOf(play.log(c))).toEqual([before, promoted, noop(3, 2)]);
  });
});
