import { step, type Progress } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { inForce } from "./support/membership.ts";
import { ON, peerDown, position } from "./support/elections.ts";
import { Script } from "./support/scripted-cluster.ts";
import {
  a,
  appendEntries,
  appendRejected,
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
  probe,
  replicate,
  replicating,
  requestPreVote,
  resetElectionTimer,
  run,
  send,
  sending,
  snapshotOf,
} from "./support/core.ts";

const hastenElectionTimer = { type: "hastenElectionTimer" } as const;

describe("an obituary: a server's process is certainly gone", () => {
  test("its followers do not wait for an election timeout, and no longer withhold votes", () => {
    const state = follower({ term: 3, votedFor: b, leader: b });
    expect(step(env(ON), state, peerDown(b))).toEqual({
      state: follower({ term: 3, votedFor: b }),
      effects: [hastenElectionTimer],
    });
  });

  test("9: a pre-vote follows: the obituary itself begins no term", () => {
    const state = follower({ term: 3, leader: b });
    expect(run(env(ON), state, peerDown(b), { type: "electionTimeout" })).toMatchObject({
      state: preCandidate({ term: 3 }),
      effects: [
        hastenElectionTimer,
        resetElectionTimer,
        send(b, requestPreVote(4)),
        send(c, requestPreVote(4)),
      ],
    });
  });

  test.each([
    ["follower of another leader", follower({ term: 3, leader: c })],
    ["follower that knows no leader", follower({ term: 3 })],
    ["server that asks for pre-votes", preCandidate({ term: 3 })],
    ["candidate", candidate({ term: 3, votes: [a, b] })],
  ])("it means nothing to a %s", (_title, state) => {
    expect(step(env(ON), state, peerDown(b))).toEqual({ state, effects: [] });
  });

  test.each([
    ["learner", { commit: 1, memberships: [inForce(1, { voters: [b, c], learners: [a] })] }],
    ["server that was removed", { commit: 1, memberships: [inForce(1, { voters: [b, c] })] }],
    ["server whose log lost promised entries", { horizon: position(2, 1) }],
  ])("16: a %s does not shorten its timer, as it may not stand", (_title, given) => {
    expect(step(env(ON), follower({ term: 3, ...given, leader: b }), peerDown(b))).toEqual({
      state: follower({ term: 3, ...given }),
      effects: [],
    });
  });

  test("a late message of the dead leader still counts as its leader's", () => {
    const state = follower({ term: 3, leader: b });
    const { state: after } = run(env(ON), state, peerDown(b), from(b, appendEntries(3)));
    expect(after).toEqual(state);
  });
});

describe("an obituary of a follower", () => {
  const snapshot = snapshotOf(2, 1);

  test.each<[string, Progress, Progress]>([
    [
      "is being probed",
      probe(4, { match: 1, waiting: true, round: 5 }),
      probe(4, { match: 1, round: 5 }),
    ],
    [
      "gets entries",
      replicating(5, { match: 2, inflight: [3, 4], round: 5 }),
      probe(3, { match: 2, round: 5 }),
    ],
    [
      "receives a snapshot",
      sending(snapshot, { match: 1, offset: 4, beats: 1 }),
      probe(2, { match: 1 }),
    ],
  ])("10.2.2, 21: messages on their way to one that %s are lost", (_title, before, after) => {
    const given = { term: 1, snapshot, commit: 2 };
    const state = leader({ ...given, progress: { b: before, c: replicating(5) } });
    expect(step(env({ ...ON, log: [1, 1, 1, 1] }), state, peerDown(b))).toEqual({
      state: leader({ ...given, progress: { b: after, c: replicating(5) } }),
      effects: [],
    });
  });

  test("then it is probed, once until the next heartbeat", () => {
    const state = leader({
      term: 1,
      progress: { b: replicating(5, { match: 2, inflight: [4] }), c: replicating(5) },
    });
    const { effects } = run(
      env({ ...ON, log: [1, 1, 1, 1] }),
      state,
      peerDown(b),
      replicate,
      replicate,
    );
    expect(effects).toEqual([send(b, appendEntries(1, { after: [2, 1] }))]);
  });

  test("an obituary of a stranger means nothing", () => {
    const state = leader({ term: 1, progress: { b: probe(1), c: probe(1) } });
    expect(step(env(ON), state, peerDown(d))).toEqual({ state, effects: [] });
  });
});

describe("obituaries among several servers", () => {
  test("the next leader is elected without any election timeout", () => {
    const play = new Script({ voters: [a, b, c] });
    play.timeout(a);
    play.stop(a);
    for (const id of [b, c]) play.event(id, peerDown(a));
    expect([play.told(b), play.told(c)]).toEqual([[hastenElectionTimer], [hastenElectionTimer]]);
    play.timeout(b);
    expect(play.roles).toEqual({ b: "leader", c: "follower" });
  });

  test("the first to receive it wins once the others have received it too", () => {
    const play = new Script({ voters: [a, b, c] });
    play.timeout(a);
    play.stop(a);
    play.event(b, peerDown(a));
    play.timeout(b);
    expect(play.roles).toEqual({ b: "preCandidate", c: "follower" });
    play.event(c, peerDown(a));
    play.timeout(b);
    expect(play.roles).toEqual({ b: "leader", c: "follower" });
  });

  test("a follower that crashed and restarted gets at once what it lost", () => {
    const play = new Script({ voters: [a, b, c] });
    play.timeout(a);
    play.event(a, { type: "propose", commands: ["x"] });
    play.drop(({ to }) => to === b);
    play.restart(b);
    play.event(a, peerDown(b));
    play.deliver();
    expect(play.log(b).slice(play.log(b).lastIndex, play.log(b).lastIndex, 9)).toEqual([
      entry(2, 1, "x"),
    ]);
  });

  test("a rejection that it sent before it died does no harm", () => {
    const state = leader({
      term: 1,
      progress: { b: replicating(5, { match: 3 }), c: replicating(5) },
    });
    const late = from(b, appendRejected(1, { prevIndex: 3, conflictIndex: 1 }));
    const { state: after } = run(env({ ...ON, log: [1, 1, 1, 1] }), state, peerDown(b), late);
    expect(after).toEqual(
      leader({ term: 1, progress: { b: probe(4, { match: 3 }), c: replicating(5) } }),
    );
  });
});
