import { index, step, type NodeId, type PendingRead } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { inForce } from "./support/membership.ts";
import { ON } from "./support/elections.ts";
import { read, readReady, rejectRead } from "./support/reads.ts";
import { Script } from "./support/scripted-cluster.ts";
import {
  a,
  appendAccepted,
  appendEntries,
  appendRejected,
  b,
  c,
  candidate,
  commit,
  d,
  durable,
  e,
  electionTimeout,
  entry,
  env,
  follower,
  from,
  heartbeatTimeout,
  leader,
  preCandidate,
  probe,
  propose,
  readReply,
  readRequest,
  rejectProposal,
  replicate,
  replicating,
  resetElectionTimer,
  run,
  saveHardState,
  send,
  sending,
  snapshotOf,
  voteReply,
} from "./support/core.ts";

const pending = (
  id: number,
  round: number,
  given: { readonly at?: number; readonly asker?: NodeId } = {},
): PendingRead => {
  const { at = 2, asker } = given;
  const by = asker === undefined ? undefined : { node: asker, uid: 0 };
  return { from: by, id, index: index(at), round };
};

/** A leader of term 2 that has committed an entry of it, and whose round 4 only `b` has answered. */
const setup = env({ ...ON, log: [1, 2] });
const progress = { b: replicating(3, { round: 4 }), c: replicating(3, { round: 3 }) };
const common = { term: 2, commit: 2, durable: 2, round: 4, check: { round: 5, beats: 0 } };
const leading = leader({ ...common, progress });

describe("dissertation 6.4: ReadIndex at the leader", () => {
  test("12: a read waits for a round that begins after it arrived, however recent the last one is", () => {
    expect(step(setup, leading, read(7))).toEqual({
      state: leader({ ...common, progress, reads: [pending(7, 5)] }),
      effects: [],
    });
  });

  test("all reads of a turn share one round and one message to each server", () => {
    const message = appendEntries(2, { after: [2, 2], commit: 2, round: 5 });
    const { state, effects } = run(
      setup,
      leading,
      read(7),
      read(8),
      from(b, readRequest(2, 9)),
      replicate,
    );
    expect({ state, effects }).toEqual({
      state: leader({
        ...common,
        round: 5,
        progress,
        reads: [pending(7, 5), pending(8, 5), pending(9, 5, { asker: b })],
      }),
      effects: [send(b, message), send(c, message)],
    });
    expect(step(setup, state, replicate)).toEqual({ state, effects: [] });
  });

  test("entries that are sent anyway carry the round", () => {
    const message = appendEntries(2, {
      after: [2, 2],
      entries: [entry(3, 2, "x")],
      commit: 2,
      round: 5,
    });
    const { effects } = run(setup, leading, propose("x"), read(7), replicate);
    expect(effects.slice(-2)).toEqual([send(b, message), send(c, message)]);
  });

  test("every follower is asked, also one that is probed already or receives a snapshot", () => {
    const snapshot = snapshotOf(2, 2);
    const asked = { b: probe(2, { match: 1, waiting: true }), c: sending(snapshot) };
    const state = leader({ ...common, snapshot, progress: asked });
    const { effects } = run(setup, state, read(7), replicate);
    expect(effects).toEqual([
      send(b, appendEntries(2, { after: [1, 1], commit: 2, round: 5 })),
      send(c, appendEntries(2, { commit: 2, round: 5 })),
    ]);
  });

  test("the next heartbeat is such a round as well", () => {
    const { state } = run(
      setup,
      leading,
      read(7),
      heartbeatTimeout,
      from(b, appendAccepted(2, 2, 5)),
    );
    expect(state.role).toMatchObject({ reads: [], round: 5 });
  });

  test.each([
    ["acceptance", appendAccepted(2, 2, 5)],
    ["refusal", appendRejected(2, { prevIndex: 2, conflictIndex: 1, round: 5 })],
  ])("it is released when a majority answers, for example with an %s", (_title, answer) => {
    const { effects } = run(setup, leading, read(7), replicate, from(c, answer));
    expect(effects.at(-1)).toEqual(readReady(7, 2));
  });

  test.each([
    ["an earlier round", from(c, appendAccepted(2, 2, 4))],
    ["another term as leader", from(c, appendAccepted(1, 2, 5))],
    ["another disk", from(c, appendAccepted(2, 2, 5), { fromUid: 1 })],
    ["a stranger", from(d, appendAccepted(2, 2, 5))],
  ])("12: an answer from %s confirms nothing", (_title, answer) => {
    const asked = run(setup, leading, read(7), replicate);
    const { effects } = step(setup, asked.state, answer);
    expect(effects).toEqual([]);
  });

  test("a read that arrives between a round and its answers waits for the next", () => {
    const asked = run(
      setup,
      leading,
      read(7),
      replicate,
      read(8),
      from(c, appendAccepted(2, 2, 5)),
    );
    expect(asked.effects.slice(-1)).toEqual([readReady(7, 2)]);
    expect(asked.state).toEqual(
      leader({
        ...common,
        round: 5,
        progress: { ...progress, c: replicating(3, { round: 5 }) },
        reads: [pending(8, 6)],
      }),
    );
  });

  test("it is linearizable from the commit index known when it arrived, not from a later one", () => {
    const { effects } = run(
      setup,
      leader({ ...common, durable: 3, progress }),
      propose("x"),
      read(7),
      replicate,
      from(b, appendAccepted(2, 3, 4)),
      from(c, appendAccepted(2, 2, 5)),
    );
    expect(effects.slice(-2)).toEqual([commit(3), readReady(7, 2)]);
  });

  test("the late answer to a message of an earlier lead, with a larger round, confirms nothing", () => {
    const earlier = from(a, appendEntries(1, { after: [1, 1], round: 90 }));
    const following = follower({ term: 2, leader: a, commit: 2, durable: 2 });
    const { effects } = step(env({ ...ON, id: b, log: [1, 2] }), following, earlier);
    const late = appendRejected(2, { prevIndex: 1, conflictIndex: 3, round: 0 });
    expect(effects).toEqual([send(a, late)]);
    const { state } = run(setup, leading, read(7), replicate, from(b, late), from(c, late));
    expect(state).toEqual(leader({ ...common, round: 5, progress, reads: [pending(7, 5)] }));
  });

  test("7: learners confirm nothing, and in a joint membership both halves must", () => {
    const memberships = [inForce(3, { voters: [a, b, c], outgoing: [a, d], learners: [e] })];
    const behind = replicating(4, { match: 2 });
    const all = { b: behind, c: behind, d: behind, e: behind };
    const reads = [pending(7, 5)];
    const state = leader({ ...common, memberships, progress: all, round: 5, reads });
    const changing = env({ ...ON, log: [1, 2, 2] });
    const answer = appendAccepted(2, 2, 5);
    expect(step(changing, state, from(e, answer)).effects).toEqual([]);
    const half = step(changing, state, from(b, answer));
    expect(half.effects).toEqual([]);
    expect(step(changing, half.state, from(d, answer)).effects).toEqual([readReady(7, 2)]);
  });

  test("a leader that is no longer a voter does not count itself", () => {
    const memberships = [inForce(3, { voters: [b, c, d] })];
    const behind = replicating(4, { match: 2 });
    const all = { b: behind, c: behind, d: behind };
    const reads = [pending(7, 5)];
    const state = leader({ ...common, memberships, progress: all, round: 5, reads });
    const changing = env({ ...ON, log: [1, 2, 2] });
    const answer = appendAccepted(2, 2, 5);
    const one = step(changing, state, from(b, answer));
    expect(one.effects).toEqual([]);
    expect(step(changing, one.state, from(c, answer)).effects).toEqual([readReady(7, 2)]);
  });

  test("a single voter reads at the end of the turn", () => {
    const alone = env({ ...ON, voters: [a], log: [1, 2] });
    const { effects } = run(alone, leader({ ...common, progress: {} }), read(7), replicate);
    expect(effects).toEqual([readReady(7, 2)]);
  });
});

describe("12: ReadOnlyForNewLeader, etcd#7331: a leader first commits an entry of its own term", () => {
  const behind = { b: replicating(3, { match: 1 }), c: replicating(3, { match: 1 }) };
  const fresh = leader({ ...common, commit: 1, durable: 2, progress: behind });

  test("a read waits for that, though a majority has answered its round", () => {
    const { state, effects } = run(
      setup,
      fresh,
      read(7),
      replicate,
      from(b, appendAccepted(2, 1, 5)),
    );
    expect(effects.filter(({ type }) => type === "readReady")).toEqual([]);
    expect(step(setup, state, from(b, appendAccepted(2, 2, 5))).effects).toEqual([
      commit(2),
      readReady(7, 2),
    ]);
  });

  test("also when only its own disk was missing", () => {
    const held = { b: replicating(3, { match: 2, round: 5 }), c: replicating(3, { match: 1 }) };
    const state = leader({
      ...common,
      commit: 1,
      durable: 1,
      progress: held,
      round: 5,
      reads: [pending(7, 5, { at: 1 })],
    });
    expect(step(setup, state, durable(2, 2)).effects).toEqual([commit(2), readReady(7, 2)]);
  });

  test("a lease does not help before that", () => {
    const leased = env({ ...ON, leases: true, log: [1, 2] });
    expect(step(leased, fresh, read(7, true)).effects).toEqual([]);
  });

  test("a leader of one reads what its earlier terms committed, after its no-op", () => {
    const play = new Script({ voters: [a], logs: { a: [1, 1] } });
    play.event(a, electionTimeout);
    play.event(a, read(7));
    expect(play.told(a)).toEqual([readReady(7, 3)]);
  });
});

describe("6.4: reads at a follower", () => {
  test("it asks its leader", () => {
    const state = follower({ term: 2, leader: b });
    expect(step(setup, state, read(7))).toEqual({ state, effects: [send(b, readRequest(2, 7))] });
  });

  test("the leader's answer says from which index on it may read", () => {
    const state = follower({ term: 2, leader: b });
    expect(step(setup, state, from(b, readReply(2, 7, 5)))).toEqual({
      state,
      effects: [readReady(7, 5)],
    });
  });

  test("an answer from an earlier leader is just as good: the read's round was confirmed", () => {
    const state = follower({ term: 3, leader: c });
    expect(step(setup, state, from(b, readReply(2, 7, 2))).effects).toEqual([readReady(7, 2)]);
  });

  test("the leader answers the follower that asked, when the round is confirmed", () => {
    const { state, effects } = run(
      setup,
      leading,
      from(b, readRequest(2, 7)),
      replicate,
      from(b, appendAccepted(2, 2, 5)),
    );
    expect(effects.at(-1)).toEqual(send(b, readReply(2, 7, 2)));
    expect(state.role).toMatchObject({ reads: [] });
  });

  test("a request that arrives twice is answered twice: each answer is right", () => {
    const request = from(b, readRequest(2, 7));
    const { effects } = run(
      setup,
      leading,
      request,
      request,
      replicate,
      from(b, appendAccepted(2, 2, 5)),
    );
    expect(effects.slice(-2)).toEqual([send(b, readReply(2, 7, 2)), send(b, readReply(2, 7, 2))]);
  });

  test("13: the leader does not use its lease for a follower, whose request may be old", () => {
    const leased = env({ ...ON, leases: true, log: [1, 2] });
    expect(step(leased, leading, from(b, readRequest(2, 7)))).toEqual({
      state: leader({ ...common, progress, reads: [pending(7, 5, { asker: b })] }),
      effects: [],
    });
  });

  test("learners may ask, strangers and other disks may not", () => {
    const memberships = [inForce(1, { learners: [d] })];
    const state = leader({ ...common, memberships, progress: { ...progress, d: replicating(3) } });
    const asks = (peer: NodeId, fromUid = 0) =>
      step(setup, state, from(peer, readRequest(2, 7), { fromUid })).state !== state;
    expect([asks(d), asks(e), asks(b, 1)]).toEqual([true, false, false]);
  });

  test.each([
    ["follower without a leader", follower({ term: 2 })],
    ["candidate", candidate({ term: 2 })],
    ["server that asks for pre-votes", preCandidate({ term: 2 })],
  ])("a %s knows no leader to ask", (_title, state) => {
    expect(step(setup, state, read(7))).toEqual({ state, effects: [rejectRead(7)] });
    expect(step(setup, state, from(b, readRequest(2, 7)))).toEqual({ state, effects: [] });
  });

  test("a request of an older term gets no answer: its sender did not know this leader", () => {
    expect(step(setup, leading, from(b, readRequest(1, 7)))).toEqual({
      state: leading,
      effects: [],
    });
  });
});

describe("a leader that loses its leadership", () => {
  test("rejects its own reads, and leaves the others to ask again", () => {
    const reads = [pending(7, 5), pending(8, 5, { asker: b })];
    const state = leader({ ...common, progress, reads });
    const { effects } = step(setup, state, from(b, voteReply(3, false)));
    expect(effects).toEqual([saveHardState(3, undefined), resetElectionTimer, rejectRead(7)]);
  });

  test("it never answers a read that was pending when it was deposed", () => {
    const play = new Script({ voters: [a, b, c] });
    play.timeout(a);
    play.event(a, read(7));
    const answers = play.drop();
    play.partition([b, c]);
    play.silence(b, c);
    play.timeout(b);
    play.propose(b, "x");
    play.heal();
    play.packets.push(...answers);
    play.heartbeat(a);
    expect(play.told(a)).toEqual([rejectRead(7)]);
  });
});

describe("dissertation 6.4.1: leases", () => {
  const leased = env({ ...ON, leases: true, log: [1, 2] });

  test("a read under a lease waits for no round", () => {
    expect(step(leased, leading, read(7, true))).toEqual({
      state: leading,
      effects: [readReady(7, 2)],
    });
  });

  test.each([
    ["whose lease has expired", leased, leading, false],
    ["of a cluster without leases", setup, leading, true],
    [
      "that told another to stand in this term",
      leased,
      leader({ ...common, progress, leaseGivenUp: true }),
      true,
    ],
    [
      "that is transferring leadership",
      leased,
      leader({ ...common, progress, transfer: { target: b, beats: 0, told: false } }),
      true,
    ],
  ])("13: a leader %s begins a round", (_title, on, state, says) => {
    const after = step(on, state, read(7, says));
    expect(after.effects).toEqual([]);
    expect(after.state.role).toMatchObject({ reads: [pending(7, 5)] });
  });

  test("a follower does not know of its leader's lease, and asks", () => {
    expect(step(leased, follower({ term: 2, leader: b }), read(7, true)).effects).toEqual([
      send(b, readRequest(2, 7)),
    ]);
  });
});

describe("6.4 among several servers", () => {
  test("a follower reads what was committed before it asked", () => {
    const play = new Script({ voters: [a, b, c] });
    play.timeout(a);
    play.propose(a, "x");
    play.event(c, read(7));
    play.deliver();
    expect(play.told(c)).toEqual([readReady(7, 2)]);
  });

  test("12: a leader in the minority answers no read, not even with late answers of the majority", () => {
    const play = new Script({ voters: [a, b, c] });
    play.timeout(a);
    play.event(a, heartbeatTimeout);
    play.deliver(({ from: sender }) => sender === a);
    const old = play.drop();
    play.partition([b, c]);
    play.silence(b, c);
    play.timeout(b);
    play.propose(b, "newer");
    play.event(a, read(7));
    play.deliver();
    play.heal();
    play.packets.push(...old);
    play.deliver(({ to }) => to === a);
    expect(play.told(a)).toEqual([]);
    play.partition([b, c]);
    play.heartbeat(a, 4);
    expect(play.told(a)).toEqual([rejectRead(7)]);
  });

  test("MsgReadIndex, read-only-option-safe: reads at all servers at once", () => {
    const play = new Script({ voters: [a, b, c] });
    play.timeout(a);
    play.propose(a, "x");
    for (const [at, id] of [a, b, c].entries()) play.event(id, read(at));
    play.deliver();
    expect([a, b, c].map((id) => play.told(id).at(-1))).toEqual(
      [0, 1, 2].map((id) => readReady(id, 2)),
    );
  });

  test("a read that is never answered leaves nothing behind at a leader that is deposed and elected again", () => {
    const play = new Script({ voters: [a, b, c] });
    play.timeout(a);
    play.partition([b, c]);
    play.event(a, read(7));
    play.heartbeat(a, 4);
    play.heal();
    play.drop();
    play.timeout(a);
    play.silence(b, c);
    play.timeout(a);
    expect(play.roles).toMatchObject({ a: "leader" });
    expect(play.told(a)).toEqual([rejectRead(7)]);
    expect(play.state(a).role).toMatchObject({ reads: [] });
  });

  test("a read that arrives before a new leader has committed sees everything that was committed", () => {
    const play = new Script({ voters: [a, b, c] });
    play.timeout(a);
    play.partition([a, b]);
    play.propose(a, "x");
    play.heal();
    play.stop(a);
    play.silence(b, c);
    play.event(b, electionTimeout);
    play.deliver(({ message }) => message.type !== "appendEntries");
    expect(play.roles).toMatchObject({ b: "leader" });
    play.event(b, read(7));
    play.event(b, propose("y"));
    play.deliver();
    expect(play.told(b)).toContainEqual(readReady(7, 4));
    expect(play.told(b)).not.toContainEqual(rejectProposal("busy", b));
  });
});
