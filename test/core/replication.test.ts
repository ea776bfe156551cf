import { step } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { Cluster } from "./support/cluster.ts";
import {
  a,
  appendAccepted,
  appendEntries,
  appendLog,
  appendRejected,
  b,
  c,
  candidate,
  commit,
  d,
  durable,
  e,
  electionTimeout,
  entries,
  entry,
  env,
  follower,
  f,
  from,
  g,
  hardState,
  leader,
  propose,
  proposed,
  heartbeatTimeout,
  rejectProposal,
  resetHeartbeatTimer,
  replicate,
  replicating,
  resetElectionTimer,
  run,
  send,
  termsOf,
  truncateLog,
} from "./support/core.ts";

describe("§5.3 log replication: the leader", () => {
  test("LeaderStartReplication: appends the commands, then sends them to all in parallel", () => {
    const setup = env({ log: [1] });
    const state = leader({ term: 1, progress: { b: replicating(2), c: replicating(2) } });
    const content = [entry(2, 1, "x"), entry(3, 1, "y")];
    const progress = replicating(4, { match: 1, inflight: [3] });
    const message = appendEntries(1, { after: [1, 1], entries: content });
    const { state: after, effects } = run(setup, state, propose("x", "y"), replicate);
    expect({ state: after, effects }).toEqual({
      state: leader({ term: 1, progress: { b: progress, c: progress } }),
      effects: [appendLog(...content), proposed(2, 1), send(b, message), send(c, message)],
    });
  });

  test("sends nothing to a follower that lacks nothing", () => {
    const state = leader({ term: 1, progress: { b: replicating(2), c: replicating(2) } });
    expect(step(env({ log: [1] }), state, replicate)).toEqual({ state, effects: [] });
  });

  test("appends nothing when a client proposes nothing", () => {
    const state = leader({ term: 1, progress: { b: replicating(2), c: replicating(2) } });
    expect(step(env({ log: [1] }), state, propose())).toEqual({
      state,
      effects: [proposed(2, 1)],
    });
  });

  test.each([
    ["follower", follower({ term: 1, leader: b }), b],
    ["follower without a leader", follower({ term: 1 }), undefined],
    ["candidate", candidate({ term: 1 }), undefined],
  ])("a %s rejects commands and names the leader if it knows one", (_title, state, lead) => {
    expect(step(env(), state, propose("x"))).toEqual({
      state,
      effects: [rejectProposal("notLeader", lead)],
    });
  });

  test("LeaderCommitEntry: commits what a majority holds, and the followers learn it with the next message", () => {
    const state = leader({
      term: 1,
      durable: 1,
      progress: { b: replicating(2, { match: 0, inflight: [1] }), c: replicating(2, { match: 0 }) },
    });
    const { state: after, effects } = run(
      env({ log: [1] }),
      state,
      from(b, appendAccepted(1, 1)),
      heartbeatTimeout,
    );
    const message = appendEntries(1, { after: [1, 1], commit: 1, round: 1 });
    expect({ state: after, effects }).toEqual({
      state: leader({
        term: 1,
        commit: 1,
        durable: 1,
        round: 1,
        progress: {
          b: replicating(2),
          c: replicating(2, { match: 0 }),
        },
      }),
      effects: [commit(1), resetHeartbeatTimer, send(b, message), send(c, message)],
    });
  });

  const others = [b, c, d, e];
  test.each([
    [1, 0, true],
    [2, 0, false],
    [2, 1, true],
    [3, 0, false],
    [3, 1, true],
    [3, 2, true],
    [4, 1, false],
    [4, 2, true],
    [5, 1, false],
    [5, 2, true],
    [5, 4, true],
  ])("LeaderAcknowledgeCommit: of %i servers the leader and %i others: %s", (size, acks, done) => {
    const voters = [a, ...others.slice(0, size - 1)];
    const ready = run(env({ voters }), follower(), electionTimeout);
    let { state } = ready;
    for (const voter of voters.slice(1)) {
      const vote = { type: "voteReply", term: state.term, granted: true } as const;
      const next = run(ready.env, state, from(voter, vote));
      state = next.state;
      for (const effect of next.effects) {
        if (effect.type === "appendLog") ready.env.log.append(effect.entries);
      }
    }
    state = run(ready.env, state, durable(1, 1)).state;
    for (const voter of voters.slice(1, 1 + acks)) {
      state = run(ready.env, state, from(voter, appendAccepted(1, 1))).state;
    }
    expect(state.commit).toBe(done ? 1 : 0);
  });

  test.each([[[]], [[2]], [[1, 2]], [[1]]])(
    "LeaderCommitPrecedingEntries: %j are committed with the first entry of the term",
    (terms) => {
      const last = terms.length + 1;
      const state = leader({
        term: 3,
        durable: last,
        progress: {
          b: replicating(last + 1, { match: 0 }),
          c: replicating(last + 1, { match: 0 }),
        },
      });
      const { effects } = step(
        env({ log: [...terms, 3] }),
        state,
        from(b, appendAccepted(3, last)),
      );
      expect(effects).toEqual([commit(last)]);
    },
  );

  test("basic_agree: commands proposed at the leader are on all servers, in order", () => {
    const cluster = new Cluster({ voters: [a, b, c] });
    cluster.campaign(a);
    for (const command of ["x", "y", "z"]) cluster.propose(a, command);
    cluster.heartbeat();
    for (const id of cluster.ids) {
      expect(termsOf(cluster.log(id))).toEqual([1, 1, 1, 1]);
      expect(cluster.state(id).commit).toBe(4);
    }
    expect(cluster.committed.map((each) => (each.type === "command" ? each.command : "-"))).toEqual(
      ["-", "x", "y", "z"],
    );
  });

  test("concurrent_starts: proposals that arrive together are sent together", () => {
    const cluster = new Cluster({ voters: [a, b, c] });
    cluster.campaign(a);
    cluster.event(a, propose("v", "w"));
    cluster.event(a, propose("x"));
    cluster.settle();
    expect(cluster.committed).toHaveLength(4);
  });

  test("fail_agree: one of three is away, and catches up", () => {
    const cluster = new Cluster({ voters: [a, b, c] });
    cluster.campaign(a);
    cluster.partition([a, b]);
    for (const command of ["x", "y", "z"]) cluster.propose(a, command);
    expect(cluster.state(a).commit).toBe(4);
    cluster.heal();
    cluster.heartbeat();
    cluster.heartbeat();
    expect(cluster.log(c).lastIndex).toBe(4);
    expect(cluster.state(c).commit).toBe(4);
  });

  test("fail_no_agree: nothing is committed without a majority", () => {
    const cluster = new Cluster({ voters: [a, b, c, d, e] });
    cluster.campaign(a);
    cluster.partition([a, b]);
    cluster.propose(a, "x");
    cluster.heartbeat();
    expect(cluster.state(a).commit).toBe(1);
    cluster.converge();
  });
});

describe("§5.3 log replication: the follower", () => {
  test.each([
    ["one entry", [], 1, [1], 1, 1],
    ["two of three", [1], 2, [1, 1], 2, 3],
    ["no further than the message's entries", [1], 9, [1], 2, 2],
    ["no further than the leader says", [1], 1, [1, 1], 1, 3],
  ])("FollowerCommitEntry: %s", (_title, terms, leaderCommit, added, committed, match) => {
    const content = entries(added, terms.length + 1);
    const setup = env({ log: terms });
    const after: [number, number] = [terms.length, terms.length === 0 ? 0 : 1];
    const message = appendEntries(1, { after, entries: content, commit: leaderCommit });
    expect(step(setup, follower({ term: 1, leader: b }), from(b, message))).toEqual({
      state: follower({ term: 1, leader: b, commit: committed }),
      effects: [
        resetElectionTimer,
        appendLog(...content),
        commit(committed),
        send(b, appendAccepted(1, match)),
      ],
    });
  });

  test.each([
    ["before the log", [0, 0], appendAccepted(2, 0)],
    ["at a committed entry", [1, 1], appendAccepted(2, 1)],
    ["at the last entry", [2, 2], appendAccepted(2, 2)],
    [
      "in another term",
      [2, 1],
      appendRejected(2, { prevIndex: 2, conflictTerm: 2, conflictIndex: 2 }),
    ],
    ["after the last entry", [3, 2], appendRejected(2, { prevIndex: 3, conflictIndex: 3 })],
  ] as const)("FollowerCheckMsgApp: prevIndex is %s", (_title, after, reply) => {
    const state = follower({ term: 2, leader: b, commit: 1, durable: 2 });
    expect(step(env({ log: [1, 2] }), state, from(b, appendEntries(2, { after })))).toEqual({
      state,
      effects: [resetElectionTimer, send(b, reply)],
    });
  });

  test.each([
    ["one more", [2, 2], [3], [1, 2, 3]],
    ["a conflict at once", [1, 1], [3, 4], [1, 3, 4]],
    ["entries that are there already", [0, 0], [1], [1, 2]],
    ["a conflict at the first entry", [0, 0], [3], [3]],
    ["a conflict after a match", [0, 0], [1, 3], [1, 3]],
  ] as const)("FollowerAppendEntries: %s", (_title, after, terms, expected) => {
    const message = appendEntries(4, { after, entries: entries(terms, after[0] + 1) });
    const after4 = run(env({ log: [1, 2] }), follower({ term: 4 }), from(b, message));
    expect(termsOf(after4.env.log)).toEqual(expected);
    expect(after4.effects.at(-1)).toEqual(send(b, appendAccepted(4, after[0] + terms.length)));
  });

  test("truncated entries are no longer durable", () => {
    const state = follower({ term: 3, leader: b, durable: 3 });
    const message = appendEntries(3, { after: [1, 1], entries: entries([3], 2) });
    expect(step(env({ log: [1, 2, 2] }), state, from(b, message))).toEqual({
      state: follower({ term: 3, leader: b, durable: 1 }),
      effects: [
        resetElectionTimer,
        truncateLog(1),
        appendLog(entry(2, 3)),
        send(b, appendAccepted(3, 2)),
      ],
    });
  });

  test("Figure 7, LeaderSyncFollowerLog: the leader of term 8 makes all logs equal to its own", () => {
    const logs = [
      [1, 1, 1, 4, 4, 5, 5, 6, 6, 6],
      [1, 1, 1, 4, 4, 5, 5, 6, 6],
      [1, 1, 1, 4],
      [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
      [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7],
      [1, 1, 1, 4, 4, 4, 4],
      [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
    ];
    const voters = [a, b, c, d, e, f, g];
    const disks = Object.fromEntries(
      voters.map((id, at) => [id, { hard: hardState(7), log: logs[at] ?? [] }]),
    );
    const cluster = new Cluster({ voters, disks });
    cluster.campaign(a);
    cluster.heartbeat();
    for (const id of voters) {
      expect(termsOf(cluster.log(id))).toEqual([1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 8]);
      expect(cluster.state(id).commit).toBe(11);
    }
    expect(cluster.sometimes).toMatchObject({ truncated: 4, voteRefused: 2 });
  });
});
