import { step } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { inForce } from "./support/membership.ts";
import {
  a,
  b,
  c,
  candidate,
  electionTimeout,
  follower,
  from,
  preCandidate,
  requestVote,
  resetElectionTimer,
  run,
  saveHardState,
  send,
  timeoutNow,
} from "./support/core.ts";
import { setup } from "./support/handing-over.ts";

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
