/** Pitfalls 14 to 19: which servers may stand, and which are heard, while the membership changes. */
import { index, initialMembership, mayStand, step, type Membership } from "@kontiki/core";
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
  chunkReply,
  d,
  e,
  electionTimeout,
  env,
  follower,
  from,
  heartbeatTimeout,
  leader,
  membershipEntry,
  preVoteReply,
  probe,
  readRequest,
  rejoin,
  replicating,
  requestPreVote,
  requestVote,
  resetElectionTimer,
  saveHardState,
  send,
  snapshotChunk,
  snapshotOf,
  timeoutNow,
  voteReply,
} from "./support/core.ts";

const inForce = (at: number, membership: Membership) => ({ index: index(at), membership });

const twoFollowers = { b: replicating(1), c: replicating(1) };
const roles = [
  ["follower", follower({ term: 2 })],
  ["candidate", candidate({ term: 2 })],
  ["leader", leader({ term: 2, progress: twoFollowers })],
] as const;

describe("15 dissertation 4.2.2, Figure 4.6: a server that loses its vote in a change that may not be committed", () => {
  const without = inForce(2, initialMembership([b, c]));
  const setup = env({ log: [1, 1] });

  test("stands, without counting itself, because the others may lack the change and get no vote from it", () => {
    const state = follower({ term: 1, commit: 1, memberships: [without] });
    const request = requestVote(2, { lastIndex: 2, lastTerm: 1 });
    expect(step(setup, state, electionTimeout)).toEqual({
      state: candidate({ term: 2, commit: 1, memberships: [without] }),
      effects: [saveHardState(2, a), resetElectionTimer, send(b, request), send(c, request)],
    });
  });

  test("does not stand once the change is committed", () => {
    const state = follower({ term: 1, commit: 2, memberships: [without] });
    expect(step(setup, state, electionTimeout)).toEqual({ state, effects: [resetElectionTimer] });
  });

  test("does not stand when it had no vote before, or had it with another disk", () => {
    const learner = { ...initialMembership([b, c]), learners: [a], uids: { [a]: 1 }, lastUid: 1 };
    const memberships = [inForce(1, learner), without];
    const state = follower({ term: 1, commit: 1, memberships });
    expect(mayStand(env({ log: [1, 1], uid: 1 }), state)).toBe(false);
    const wiped = follower({ term: 1, commit: 1, memberships: [inForce(2, learner)] });
    expect(mayStand(env({ log: [1, 1], uid: 1 }), wiped)).toBe(false);
    expect(mayStand(setup, { ...wiped, horizon: { index: index(3), term: wiped.term } })).toBe(
      false,
    );
  });

  test("a leader of two that removes itself and crashes leads again, informs the other, and then steps down", () => {
    const cluster = new Cluster({ voters: [a, b] });
    cluster.campaign(a);
    cluster.event(a, { type: "changeMembership", changes: [{ type: "remove", node: a }] });
    cluster.sync(a);
    cluster.packets.length = 0;
    cluster.crash(a);
    cluster.restart(a);
    cluster.campaign(b);
    expect(cluster.leader()).toBeUndefined();
    cluster.campaign(a);
    cluster.event(a, heartbeatTimeout);
    cluster.settle();
    expect(cluster.converge()).toBe(b);
    expect(cluster.committedMembership).toEqual(initialMembership([b]));
  });
});

describe("14 one change at a time, and none before an entry of the leader's term is committed", () => {
  const setup = env({ log: [1, 2] });
  const progress = { b: replicating(3), c: replicating(3) };
  const add = {
    type: "changeMembership",
    changes: [{ type: "addVoter", node: d, uid: 1 }],
  } as const;
  const refused = (reason: string) => [
    { type: "rejectChange", reason: expect.stringContaining(reason) as string },
  ];

  test("the 2015 correction: a change of an earlier leader may be in force elsewhere", () => {
    const state = leader({ term: 2, commit: 1, durable: 2, progress });
    expect(step(setup, state, add)).toEqual({ state, effects: refused("entry of its term") });
  });

  test("another waits until the first is committed", () => {
    const memberships = [inForce(2, initialMembership([a, b, c]))];
    const state = leader({ term: 2, commit: 1, durable: 2, memberships, progress });
    expect(step(setup, state, add)).toEqual({ state, effects: refused("under way") });
  });
});

describe.each(roles)("17 a %s and servers that are not members by its log", (_role, state) => {
  const requests = [requestVote(9), requestPreVote(9), appendEntries(9), timeoutNow(9)];
  const chunk = snapshotChunk(9, snapshotOf(5, 2), { offset: 0, bytes: [1] });
  const answers = [
    voteReply(9, true),
    voteReply(9, false),
    preVoteReply(9, true),
    preVoteReply(9, false),
    appendAccepted(9, 0),
    appendRejected(9, { prevIndex: 0, conflictIndex: 1 }),
    chunkReply(9, snapshotOf(5, 2), 1),
    readRequest(9, 1),
    rejoin(9),
  ];

  test("their answers are ignored", () => {
    for (const message of answers)
      expect(step(env(), state, from(e, message))).toEqual({ state, effects: [] });
  });

  test("ClusterCanRegainStability_WhenNonVoterWithHigherTermJoin: nor do their terms depose a leader that is heard", () => {
    const heard = env({ preVote: true, quorumBeats: 3 });
    const follows = follower({ term: 2, leader: b });
    for (const each of [follows, leader({ term: 2, progress: twoFollowers })])
      for (const message of [requestVote(9), requestPreVote(9), ...answers])
        expect(step(heard, each, from(e, message))).toEqual({ state: each, effects: [] });
  });

  test("a vote that they ask for is answered: this server's log may be old (§6)", () => {
    const voted = step(env(), state, from(e, requestVote(9)));
    expect(voted.state).toEqual(follower({ term: 9, votedFor: e }));
    expect(voted.effects.at(-1)).toEqual(send(e, voteReply(9, true)));
    expect(step(env(), state, from(e, requestPreVote(9)))).toEqual({
      state,
      effects: [send(e, preVoteReply(9, true))],
    });
  });

  test("nor can it tell that none of them leads, so their entries and snapshots are accepted", () => {
    for (const message of [appendEntries(9), chunk]) {
      const { state: after } = step(env(), state, from(e, message));
      expect(after).toMatchObject({ term: 9, role: { type: "follower", leader: e } });
    }
  });

  test("it ignores messages from itself", () => {
    for (const message of [...requests, chunk, ...answers])
      expect(step(env(), state, from(a, message))).toEqual({ state, effects: [] });
  });
});

test("19 a member with a new disk loses its vote and its progress, and is to get both back", () => {
  const progress = { b: replicating(3, { round: 4 }), c: replicating(3, { round: 4 }) };
  const state = leader({ term: 1, commit: 2, durable: 2, round: 4, progress });
  const membership: Membership = {
    ...initialMembership([a, c]),
    learners: [b],
    promotions: [{ node: b, replaces: undefined }],
    uids: { [b]: 1 },
    lastUid: 1,
  };
  expect(step(env({ log: [1, 1] }), state, from(b, rejoin(1), { fromUid: 1 }))).toEqual({
    state: leader({
      term: 1,
      commit: 2,
      durable: 2,
      round: 4,
      memberships: [inForce(3, membership)],
      progress: { ...progress, b: probe(3) },
    }),
    effects: [{ type: "appendLog", entries: [membershipEntry(3, 1, membership)] }],
  });
});
