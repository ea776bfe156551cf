import { step, type NodeId } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { addVoter, change, inForce, rejectChange, remove } from "./support/membership.ts";
import { ON, transferEnded, transferTo } from "./support/elections.ts";
import {
  a,
  appendAccepted,
  appendEntries,
  b,
  c,
  candidate,
  d,
  entry,
  env,
  follower,
  from,
  leader,
  preCandidate,
  propose,
  rejectProposal,
  replicate,
  replicating,
  run,
  send,
  sending,
  snapshotOf,
  timeoutNow,
} from "./support/core.ts";
import { common, handing, leading, progress, setup, waiting } from "./support/handing-over.ts";

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
