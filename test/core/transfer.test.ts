import { step, type NodeId, type Transfer } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { addVoter, change, inForce, rejectChange, remove } from "./support/membership.ts";
import { ON, transferEnded, transferTo } from "./support/elections.ts";
import { read, readReady } from "./support/reads.ts";
import { Script } from "./support/scripted-cluster.ts";
import {
  a,
  appendAccepted,
  appendEntries,
  b,
  c,
  candidate,
  d,
  electionTimeout,
  entry,
  env,
  follower,
  from,
  heartbeatTimeout,
  leader,
  preCandidate,
  propose,
  rejectProposal,
  replicate,
  replicating,
  requestVote,
  resetElectionTimer,
  resetHeartbeatTimer,
  run,
  saveHardState,
  send,
  sending,
  snapshotOf,
  timeoutNow,
  voteReply,
} from "./support/core.ts";

const setup = env({ ...ON, log: [1, 1] });
const progress = { b: replicating(3, { round: 9 }), c: replicating(3, { match: 1, round: 9 }) };
const common = { term: 1, commit: 2, durable: 2, round: 9, check: { round: 10, beats: 0 } };
const leading = leader({ ...common, progress });

const handing = (given: Partial<Transfer> = {}) => {
  const transfer = { target: b, beats: 0, told: true, ...given };
  return leader({ ...common, progress, transfer, leaseGivenUp: transfer.told });
};

const waiting = handing({ target: c, told: false });

describe("dissertation 3.10: transferring leadership", () => {
  test("LeaderTransferToUpToDateNode: a target with the whole log is told to stand at once, and the lease is given up", () => {
    expect(step(setup, leading, transferTo(b))).toEqual({
      state: handing(),
      effects: [send(b, timeoutNow(1))],
    });
  });

  test("LeaderTransferToSlowFollower: one that lacks an entry is told when it has it", () => {
    const begun = step(setup, leading, transferTo(c));
    expect(begun).toEqual({ state: waiting, effects: [] });
    expect(step(setup, begun.state, from(c, appendAccepted(1, 2, 9)))).toEqual({
      state: leader({
        ...common,
        progress: { b: progress.b, c: replicating(3, { round: 9 }) },
        transfer: { target: c, beats: 0, told: true },
        leaseGivenUp: true,
      }),
      effects: [send(c, timeoutNow(1))],
    });
  });

  test("an answer of another server is no reason to tell the target", () => {
    expect(step(setup, waiting, from(b, appendAccepted(1, 2, 9)))).toEqual({
      state: waiting,
      effects: [],
    });
  });

  test("entries proposed earlier are sent to the target first", () => {
    const { state, effects } = run(setup, leading, propose("x"), transferTo(b), replicate);
    expect(state.role).toMatchObject({ transfer: { target: b, beats: 0, told: false } });
    expect(effects).not.toContainEqual(send(b, timeoutNow(1)));
    expect(effects).toContainEqual(
      send(
        b,
        appendEntries(1, { after: [2, 1], entries: [entry(3, 1, "x")], commit: 2, round: 9 }),
      ),
    );
  });

  test("without a name it goes to the voter that holds the most of the leader's log", () => {
    const memberships = [inForce(1, { learners: [d] })];
    const state = leader({
      ...common,
      memberships,
      progress: {
        b: replicating(3, { match: 0 }),
        c: replicating(3, { match: 1 }),
        d: replicating(3),
      },
    });
    expect(step(setup, state, transferTo(undefined)).state.role).toMatchObject({
      transfer: { target: c, beats: 0, told: false },
    });
  });

  test.each<[string, NodeId | undefined, string]>([
    ["LeaderTransferToSelf: the leader itself", a, "it already leads"],
    ["LeaderTransferToNonExistingNode: a stranger", d, "d is not a voter"],
  ])("%s cannot be the target", (_title, target, reason) => {
    expect(step(setup, leading, transferTo(target))).toEqual({
      state: leading,
      effects: [transferEnded(target, reason)],
    });
  });

  test("LeaderTransferToLearner: a learner, or a voter that is being removed, cannot be the target", () => {
    const memberships = [inForce(1, { voters: [a, b], outgoing: [a, c], learners: [d] })];
    const state = leader({ ...common, memberships, progress: { ...progress, d: replicating(3) } });
    for (const target of [c, d])
      expect(step(setup, state, transferTo(target)).effects).toEqual([
        transferEnded(target, `${target} is not a voter`),
      ]);
  });

  test("a single voter has no server to hand over to", () => {
    const state = leader({ term: 1, progress: {} });
    expect(step(env({ ...ON, voters: [a] }), state, transferTo(undefined)).effects).toEqual([
      transferEnded(undefined, "there is no other voter"),
    ]);
  });

  test.each([
    ["follower", follower({ term: 1, leader: b })],
    ["candidate", candidate({ term: 1 })],
    ["server that asks for pre-votes", preCandidate({ term: 1 })],
  ])("a %s has no leadership to transfer", (_title, state) => {
    expect(step(setup, state, transferTo(c))).toEqual({
      state,
      effects: [transferEnded(c, "this server does not lead")],
    });
  });

  test("LeaderTransferSecondTransferToAnotherNode: one at a time", () => {
    expect(step(setup, waiting, transferTo(b))).toEqual({
      state: waiting,
      effects: [transferEnded(b, "a transfer to c is under way")],
    });
  });

  test("LeaderTransferAfterSnapshot: one that receives a snapshot is told when it has that and all later entries", () => {
    const snapshot = snapshotOf(2, 1);
    const given = { ...common, snapshot, transfer: { target: c, beats: 0, told: false } };
    const state = leader({ ...given, progress: { b: progress.b, c: sending(snapshot) } });
    expect(step(setup, state, from(c, appendAccepted(1, 2)))).toEqual({
      state: leader({
        ...given,
        progress: { b: progress.b, c: replicating(3) },
        transfer: { target: c, beats: 0, told: true },
        leaseGivenUp: true,
      }),
      effects: [send(c, timeoutNow(1))],
    });
  });

  test("LeaderTransferIgnoreProposal, LeaderTransferRemoveNode: proposals and membership changes are rejected meanwhile", () => {
    expect(run(setup, waiting, propose("x"), change(remove(c)), change(addVoter(d)))).toMatchObject(
      {
        state: waiting,
        effects: [
          rejectProposal("transferring", a),
          rejectChange("leadership is being transferred"),
          rejectChange("leadership is being transferred"),
        ],
      },
    );
  });
});

describe("3.10: a transfer takes at most an election timeout", () => {
  const failed = transferEnded(b, "b did not take over within an election timeout");

  test("TimeoutNow is repeated with each heartbeat, as it may be lost", () => {
    const heartbeat = appendEntries(1, { after: [2, 1], commit: 2, round: 10 });
    expect(step(setup, handing(), heartbeatTimeout)).toEqual({
      state: {
        ...handing(),
        role: {
          ...handing().role,
          round: 10,
          check: { round: 10, beats: 1 },
          transfer: { target: b, beats: 1, told: true },
        },
      },
      effects: [
        resetHeartbeatTimer,
        send(b, timeoutNow(1)),
        send(b, heartbeat),
        send(c, heartbeat),
      ],
    });
  });

  test("LeaderTransferTimeout: after quorumBeats heartbeats it has failed, and proposals are accepted again", () => {
    const answers = [from(b, appendAccepted(1, 2, 10)), from(b, appendAccepted(1, 2, 11))];
    const beaten = run(
      setup,
      handing(),
      heartbeatTimeout,
      answers[0] ?? heartbeatTimeout,
      heartbeatTimeout,
    );
    expect(beaten.effects).not.toContainEqual(failed);
    const over = run(
      setup,
      beaten.state,
      answers[1] ?? heartbeatTimeout,
      heartbeatTimeout,
      propose("x"),
    );
    expect(over.effects).toContainEqual(failed);
    expect(over.effects).not.toContainEqual(send(b, timeoutNow(1)));
    expect(over.effects.at(-1)?.type).toBe("proposed");
    expect(over.state.role).toMatchObject({ transfer: undefined, leaseGivenUp: true });
  });

  test("a target that gets the log late does not extend it", () => {
    const late = handing({ target: c, told: false, beats: 2 });
    const { effects } = run(setup, late, from(c, appendAccepted(1, 2, 9)), heartbeatTimeout);
    expect(effects.slice(0, 3)).toEqual([
      send(c, timeoutNow(1)),
      resetHeartbeatTimer,
      transferEnded(c, "c did not take over within an election timeout"),
    ]);
  });

  test("with the quorum check off, it may take as long as it would by default", () => {
    const unchecked = env({ log: [1, 1] });
    const beats = Array.from({ length: 6 }, () => heartbeatTimeout);
    expect(run(unchecked, handing(), ...beats.slice(1)).effects).not.toContainEqual(failed);
    expect(run(unchecked, handing(), ...beats).effects).toContainEqual(failed);
  });

  test("6.4.1: the lease stays given up for the rest of the term: the target may still stand", () => {
    const leased = env({ ...ON, leases: true, log: [1, 1] });
    const before = step(leased, leading, read(1, true));
    expect(before.effects).toEqual([readReady(1, 2)]);
    const over = leader({ ...common, progress, leaseGivenUp: true });
    expect(step(leased, over, read(1, true)).effects).toEqual([]);
    expect(step(leased, waiting, read(1, true)).effects).toEqual([]);
  });

  test("a newer term, whichever server begins it, ends it: the server votes in it, and the operator gets the result", () => {
    const request = requestVote(2, { lastIndex: 2, lastTerm: 1, transfer: true });
    expect(step(setup, handing(), from(b, request))).toEqual({
      state: follower({ term: 2, votedFor: b, commit: 2, durable: 2 }),
      effects: [
        saveHardState(2, b),
        resetElectionTimer,
        transferEnded(b),
        resetElectionTimer,
        send(b, voteReply(2, true)),
      ],
    });
  });
});

describe("3.10: a server that is told to stand", () => {
  const request = requestVote(2, { lastIndex: 2, lastTerm: 1, transfer: true });
  const stands = {
    state: candidate({ term: 2 }),
    effects: [saveHardState(2, a), resetElectionTimer, send(b, request), send(c, request)],
  };

  test.each([
    ["follower of the sender", follower({ term: 1, leader: b })],
    ["follower of a newer term that it did not know of", follower({ term: 0, leader: c })],
    ["server that has just lost its leader", preCandidate({ term: 1 })],
  ])("10: a %s stands at once, and its requests say why", (_title, state) => {
    expect(step(setup, state, from(b, timeoutNow(1)))).toEqual(stands);
  });

  test("LeaderTransferReceiveHigherTermVote, stale: a request from an older term's leader is void", () => {
    const state = follower({ term: 2, leader: c });
    expect(step(setup, state, from(b, timeoutNow(1)))).toEqual({ state, effects: [] });
  });

  test("a duplicate makes it stand once", () => {
    const once = step(setup, follower({ term: 1, leader: b }), from(b, timeoutNow(1)));
    expect(step(setup, once.state, from(b, timeoutNow(1)))).toEqual({
      state: once.state,
      effects: [],
    });
  });

  test("only its leader may tell it", () => {
    const state = follower({ term: 1, leader: c });
    expect(step(setup, state, from(b, timeoutNow(1)))).toEqual({ state, effects: [] });
  });

  test.each([
    ["learner", { commit: 1, memberships: [inForce(1, { voters: [b, c], learners: [a] })] }],
    ["server that was removed", { commit: 1, memberships: [inForce(1, { voters: [b, c] })] }],
  ])("LeaderTransferDemoteNode: a %s does not stand", (_title, given) => {
    const state = follower({ term: 1, leader: b, ...given });
    expect(step(setup, state, from(b, timeoutNow(1)))).toEqual({ state, effects: [] });
  });

  test("one that does not win starts with a pre-vote the next time", () => {
    const { state } = run(setup, follower({ term: 1, leader: b }), from(b, timeoutNow(1)));
    expect(step(setup, state, electionTimeout).state).toEqual(
      preCandidate({ term: 2, votedFor: a }),
    );
  });
});

describe("3.10 among several servers", () => {
  const elected = (...voters: readonly NodeId[]): Script => {
    const play = new Script({ voters });
    play.timeout(a);
    play.told(a);
    return play;
  };

  test("LeaderTransferToUpToDateNode: one round of messages later the target leads, though all hear the old leader", () => {
    const play = elected(a, b, c);
    play.event(a, transferTo(b));
    play.deliver();
    expect(play.roles).toEqual({ a: "follower", b: "leader", c: "follower" });
    expect(play.terms).toEqual({ a: 2, b: 2, c: 2 });
    expect(play.told(a)).toEqual([transferEnded(b)]);
  });

  test("LeaderTransferBack: and back again", () => {
    const play = elected(a, b, c);
    play.event(a, transferTo(c));
    play.deliver();
    play.event(c, transferTo(a));
    play.deliver();
    expect(play.roles).toEqual({ a: "leader", b: "follower", c: "follower" });
    expect(play.terms).toEqual({ a: 3, b: 3, c: 3 });
  });

  test("LeaderTransferToSlowFollower: the missing entries come first", () => {
    const play = elected(a, b, c);
    play.partition([a, b]);
    play.propose(a, "x", "y");
    play.heal();
    play.event(a, transferTo(c));
    play.heartbeat(a);
    expect(play.roles).toEqual({ a: "follower", b: "follower", c: "leader" });
    expect(play.state(c).commit).toBe(4);
  });

  test("LeaderTransferToCandidate: a target that is asking for pre-votes stands", () => {
    const play = elected(a, b, c);
    play.timeout(b);
    expect(play.roles).toMatchObject({ b: "preCandidate" });
    play.event(a, transferTo(b));
    play.deliver();
    expect(play.roles).toEqual({ a: "follower", b: "leader", c: "follower" });
  });

  test("LeaderTransferTimeout: a transfer to a dead target is given up, and the leader keeps leading", () => {
    const play = elected(a, b, c);
    play.stop(c);
    play.propose(a, "x");
    play.event(a, transferTo(c));
    play.heartbeat(a, 3);
    expect(play.told(a)).toEqual([
      { type: "proposed", first: 2, term: 1 },
      transferEnded(c, "c did not take over within an election timeout"),
    ]);
    play.propose(a, "y");
    expect(play.roles).toEqual({ a: "leader", b: "follower" });
    expect(play.state(a).commit).toBe(3);
  });

  test("a TimeoutNow that arrives after its transfer timed out elects another leader, and nothing breaks", () => {
    const play = elected(a, b, c);
    play.event(a, transferTo(b));
    const late = play.drop(({ message }) => message.type === "timeoutNow");
    play.cut((_from, to) => to === b);
    play.heartbeat(a, 3);
    play.propose(a, "x");
    play.heal();
    play.packets.push(...late);
    play.deliver();
    expect(play.roles).toMatchObject({ a: "follower", b: "candidate" });
    play.timeout(a);
    play.timeout(a);
    expect(play.roles).toEqual({ a: "leader", b: "follower", c: "follower" });
    expect(play.log(b).lastIndex).toBe(play.log(a).lastIndex);
  });

  test("FuzzyLeadershipTransfer: leadership goes round, with an entry in between", () => {
    const play = elected(a, b, c);
    const round = [b, c, a, c, b, a] as const;
    let lead: NodeId = a;
    for (const target of round) {
      play.propose(lead, `before ${target}`);
      play.event(lead, transferTo(target));
      play.deliver();
      expect(play.state(target).role.type).toBe("leader");
      lead = target;
    }
    expect(play.state(a).commit).toBe(play.log(a).lastIndex);
  });

  test("LeaderTransferReceiveHigherTermVote: another server that wins meanwhile ends it", () => {
    const play = elected(a, b, c);
    play.partition([b, c]);
    play.event(a, transferTo(b));
    play.deliver();
    play.silence(b, c);
    play.timeout(c);
    play.heal();
    play.heartbeat(c);
    expect(play.roles).toEqual({ a: "follower", b: "follower", c: "leader" });
    expect(play.told(a)).toEqual([transferEnded(b)]);
  });

  test("LeaderTransferWithCheckQuorum: votes that are withheld from others are given to the target", () => {
    const play = new Script({ voters: [a, b, c], preVote: false });
    play.timeout(a);
    play.timeout(b);
    expect(play.roles).toEqual({ a: "leader", b: "candidate", c: "follower" });
    play.heartbeat(a);
    play.timeout(a);
    expect(play.roles).toEqual({ a: "leader", b: "follower", c: "follower" });
    play.event(a, transferTo(b));
    play.deliver();
    expect(play.roles).toEqual({ a: "follower", b: "leader", c: "follower" });
  });
});
