import { step, restore } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import {
  addVoter,
  change,
  changeTaken,
  inForce,
  membershipEntry,
  rejectChange,
  remove,
} from "./support/membership.ts";
import { ON } from "./support/elections.ts";
import {
  a,
  appendEntries,
  appendLog,
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
  hardState,
  leader,
  logOf,
  noop,
  probe,
  replicating,
  requestVote,
  run,
  send,
  truncateLog,
} from "./support/core.ts";
import { both, common, leading, setup } from "./support/settled-leader.ts";

describe("dissertation 4.1: a change", () => {
  test("is in force from the moment it is in the log, and new members are probed", () => {
    const given = { voters: [a, b, c, d] };
    expect(step(setup, leading, change(addVoter(d)))).toEqual({
      state: leader({
        ...common,
        memberships: [inForce(3, given)],
        progress: { ...both, d: probe(3) },
      }),
      effects: [appendLog(membershipEntry(3, 2, given)), changeTaken(3)],
    });
  });

  test("keeps nothing about removed members", () => {
    expect(step(setup, leading, change(remove(c))).state).toEqual(
      leader({
        ...common,
        memberships: [inForce(3, { voters: [a, b] })],
        progress: { b: replicating(3) },
      }),
    );
  });

  test("of several voters is joint", () => {
    const given = { voters: [a, b, d, e], outgoing: [a, b, c] };
    expect(step(setup, leading, change(addVoter(d), addVoter(e), remove(c)))).toEqual({
      state: leader({
        ...common,
        memberships: [inForce(3, given)],
        progress: { ...both, d: probe(3), e: probe(3) },
      }),
      effects: [appendLog(membershipEntry(3, 2, given)), changeTaken(3)],
    });
  });

  test("14: the 2015 correction: waits for an entry of the leader's own term to be committed", () => {
    const fresh = leader({ ...common, commit: 1, progress: both });
    expect(step(setup, fresh, change(addVoter(d)))).toEqual({
      state: fresh,
      effects: [rejectChange("the leader has not committed an entry of its term yet")],
    });
  });

  test("14: waits for the one before it, also for one of an earlier leader", () => {
    const given = { ...common, memberships: [inForce(3, { voters: [a, b, c, d] })] };
    const state = leader({ ...given, progress: { ...both, d: probe(3) } });
    expect(step(env({ ...ON, log: [1, 2, 2] }), state, change(remove(b)))).toEqual({
      state,
      effects: [rejectChange("a membership change is under way")],
    });
  });

  test("waits until a joint membership is left", () => {
    const given = { ...common, memberships: [inForce(2, { voters: [a, b], outgoing: [a, c] })] };
    const state = leader({ ...given, progress: both });
    expect(step(setup, state, change(addVoter(d))).effects).toEqual([
      rejectChange("a membership change is under way"),
    ]);
  });

  test("that changes nothing, or leaves no voter, is rejected with the reason", () => {
    expect(
      run(setup, leading, change(addVoter(b)), change(remove(a), remove(b), remove(c))).effects,
    ).toEqual([
      rejectChange("the membership is already as requested"),
      rejectChange("no voter would be left"),
    ]);
  });

  test.each([
    ["follower", follower({ term: 2, leader: b }), "this server does not lead: b does"],
    ["candidate", candidate({ term: 2 }), "this server does not lead"],
  ])(
    "AddRemoveNodesNotLeader: a %s rejects it, and names the leader if it knows one",
    (_title, state, reason) => {
      expect(step(setup, state, change(addVoter(d)))).toEqual({
        state,
        effects: [rejectChange(reason)],
      });
    },
  );
});

describe("dissertation 4.1: a change at a follower", () => {
  const given = { voters: [a, b, c, d] };
  const message = appendEntries(2, { after: [1, 1], entries: [membershipEntry(2, 2, given)] });

  test("is in force when it is in the log, committed or not", () => {
    const { state } = step(
      env({ ...ON, log: [1] }),
      follower({ term: 2, leader: b }),
      from(b, message),
    );
    expect(state).toEqual(follower({ term: 2, leader: b, memberships: [inForce(2, given)] }));
  });

  test("14: is undone when it is truncated: the one before is in force again", () => {
    const before = inForce(1, { voters: [a, b, c], learners: [d] });
    const state = follower({ term: 2, leader: b, memberships: [before, inForce(2, given)] });
    const newer = appendEntries(3, { after: [1, 1], entries: [noop(2, 3)] });
    const { state: after, effects } = step(env({ ...ON, log: [1, 2] }), state, from(c, newer));
    expect(after).toEqual(follower({ term: 3, leader: c, memberships: [before] }));
    expect(effects).toContainEqual(truncateLog(1));
  });

  test("of those that are committed only the last is kept", () => {
    const memberships = [inForce(1), inForce(2, given)];
    const state = follower({ term: 2, leader: b, memberships, commit: 1 });
    const told = appendEntries(2, { after: [2, 2], commit: 2 });
    expect(step(env({ ...ON, log: [1, 2] }), state, from(b, told)).state).toEqual(
      follower({ term: 2, leader: b, memberships: [inForce(2, given)], commit: 2 }),
    );
  });

  test("14: a restart reads it from the log", () => {
    const disk = logOf([entry(1, 1), membershipEntry(2, 2, given), membershipEntry(3, 2)]);
    expect(restore(hardState(2), disk)).toEqual(
      follower({ term: 2, durable: 3, memberships: [inForce(2, given), inForce(3)] }),
    );
  });

  test("4.2.1: a server that never heard of a change counts the votes of the voters it knows", () => {
    const voters = [a, b, c];
    const state = follower({ term: 2, memberships: [inForce(1, given)] });
    const { effects } = step(env({ ...ON, preVote: false, voters }), state, electionTimeout);
    expect(effects.slice(2)).toEqual([b, c, d].map((node) => send(node, requestVote(3))));
  });
});
