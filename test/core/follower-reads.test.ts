import { step, type NodeId } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { inForce } from "./support/membership.ts";
import { ON } from "./support/elections.ts";
import { read, readReady, rejectRead } from "./support/reads.ts";
import {
  appendAccepted,
  b,
  c,
  candidate,
  d,
  e,
  env,
  follower,
  from,
  leader,
  preCandidate,
  readReply,
  readRequest,
  replicate,
  replicating,
  run,
  send,
} from "./support/core.ts";
import { common, leading, pending, progress, setup } from "./support/leader-of-reads.ts";

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
