import { step } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { inForce } from "./support/membership.ts";
import { ON } from "./support/elections.ts";
import { read, readReady } from "./support/reads.ts";
import {
  a,
  appendAccepted,
  appendEntries,
  appendRejected,
  b,
  c,
  commit,
  d,
  e,
  entry,
  env,
  follower,
  from,
  heartbeatTimeout,
  leader,
  probe,
  propose,
  readRequest,
  replicate,
  replicating,
  run,
  send,
  sending,
  snapshotOf,
} from "./support/core.ts";
import { common, leading, pending, progress, setup } from "./support/leader-of-reads.ts";

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
