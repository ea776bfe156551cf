/** What real implementations of Raft got wrong, with at least one test each; K1 to K6 are from the original Kontiki. */
import { AssertionError, isQuorum, quorumIndex, restore, step } from "@kontiki/core";
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
  commit,
  d,
  durable,
  e,
  electionTimeout,
  entries,
  entry,
  env,
  follower,
  from,
  hardState,
  heartbeatTimeout,
  leader,
  log,
  noop,
  preVoteReply,
  probe,
  propose,
  readRequest,
  rejoin,
  replicate,
  replicating,
  requestPreVote,
  requestVote,
  resetElectionTimer,
  run,
  saveHardState,
  send,
  snapshotChunk,
  snapshotOf,
  termsOf,
  timeoutNow,
  voteReply,
} from "./support/core.ts";

const twoFollowers = { b: replicating(1), c: replicating(1) };
const roles = [
  ["follower", follower({ term: 2 })],
  ["candidate", candidate({ term: 2 })],
  ["leader", leader({ term: 2, progress: twoFollowers })],
] as const;

describe("K1 votes without checking the log", () => {
  test.each(roles)("a %s that hears of a newer term rejects an outdated log", (_role, state) => {
    const message = requestVote(3, { lastIndex: 9, lastTerm: 1 });
    const after = step(env({ log: [1, 2] }), state, from(b, message));
    expect(after.state).toEqual(follower({ term: 3 }));
    expect(after.effects.at(-1)).toEqual(send(b, voteReply(3, false)));
  });
});

describe("K2 stepping down is not voting", () => {
  const newer = [
    ["entries", appendEntries(3)],
    ["a vote", voteReply(3, true)],
    ["a rejected vote", voteReply(3, false)],
    ["an acceptance", appendAccepted(3, 0)],
    ["a rejection", appendRejected(3, { prevIndex: 0, conflictIndex: 1 })],
  ] as const;

  test.each(newer)("no server gets a vote for %s of a newer term", (_title, message) => {
    for (const [, state] of roles) {
      const { state: after, effects } = step(env(), state, from(b, message));
      expect(after.votedFor).toBeUndefined();
      expect(after.role.type).toBe("follower");
      expect(effects).not.toContainEqual(send(b, voteReply(3, true)));
    }
  });

  test.each(roles)("a %s accepts the entries that come with a newer term", (_role, state) => {
    const message = appendEntries(3, { entries: [entry(1, 3)] });
    const after = run(env(), state, from(b, message));
    expect(termsOf(after.env.log)).toEqual([3]);
    expect(after.effects.at(-1)).toEqual(send(b, appendAccepted(3, 1)));
  });

  test("a candidate that gives up in its own term keeps its vote, and does not vote again", () => {
    const fallen = step(env(), candidate({ term: 2 }), from(b, appendEntries(2)));
    expect(fallen.state).toEqual(follower({ term: 2, votedFor: a, leader: b }));
    expect(step(env(), fallen.state, from(c, requestVote(2))).effects).toEqual([
      send(c, voteReply(2, false)),
    ]);
  });
});

test("K3 an entry of an older term is not committed by counting", () => {
  const state = leader({
    term: 4,
    durable: 2,
    progress: { b: replicating(3, { match: 0 }), c: replicating(3, { match: 0 }) },
  });
  const { effects } = step(env({ log: [1, 2] }), state, from(b, appendAccepted(4, 2)));
  expect(effects).toEqual([]);
});

describe("K4 entries after those of a leader's message are unverified", () => {
  const ours = { term: 3, leader: b, durable: 4 };

  test.each([
    ["a heartbeat", []],
    ["a duplicate", [1]],
  ])("%s is accepted up to prevIndex + its entries, not up to our end", (_title, terms) => {
    const message = appendEntries(3, { after: [1, 1], entries: entries(terms, 2) });
    expect(step(env({ log: [1, 1, 2, 2] }), follower(ours), from(b, message))).toEqual({
      state: follower(ours),
      effects: [resetElectionTimer, send(b, appendAccepted(3, 1 + terms.length))],
    });
  });

  test("nor are they committed, however high the leader's commit index is", () => {
    const message = appendEntries(3, { after: [1, 1], commit: 4 });
    expect(step(env({ log: [1, 1, 2, 2] }), follower(ours), from(b, message))).toEqual({
      state: follower({ ...ours, commit: 1 }),
      effects: [resetElectionTimer, commit(1), send(b, appendAccepted(3, 1))],
    });
  });
});

describe("K5 the later term wins, and the length decides only a tie", () => {
  test.each([
    ["a later but shorter log", [1, 1, 1], 1, 2, true],
    ["a longer but earlier log", [2], 9, 1, false],
  ])("%s", (_title, terms, lastIndex, lastTerm, granted) => {
    const message = requestVote(3, { lastIndex, lastTerm });
    const { effects } = step(env({ log: terms }), follower({ term: 3 }), from(b, message));
    expect(effects.at(-1)).toEqual(send(b, voteReply(3, granted)));
  });

  test("so one of any two servers can be elected", () => {
    const disks = {
      a: { hard: hardState(2), log: [1, 1, 1] },
      b: { hard: hardState(2), log: [2] },
    };
    const cluster = new Cluster({ voters: [a, b], disks });
    cluster.campaign(b);
    expect(cluster.leader()).toBe(b);
  });
});

describe("K6 what the original Kontiki lacked", () => {
  test("every change of term or vote is saved, once and before everything else", () => {
    const cases = [
      [follower({ term: 1 }), from(b, requestVote(1)), saveHardState(1, b)],
      [follower({ term: 1 }), from(b, requestVote(2)), saveHardState(2, b)],
      [follower({ term: 1, votedFor: a }), from(b, appendEntries(2)), saveHardState(2, undefined)],
      [follower({ term: 1 }), electionTimeout, saveHardState(2, a)],
      [candidate({ term: 1 }), from(b, voteReply(2, false)), saveHardState(2, undefined)],
    ] as const;
    for (const [state, event, saved] of cases) {
      const { effects } = step(env(), state, event);
      expect(effects[0]).toEqual(saved);
      expect(effects.filter(({ type }) => type === "saveHardState")).toHaveLength(1);
    }
    expect(
      step(env(), follower({ term: 1 }), from(b, appendEntries(1))).effects,
    ).not.toContainEqual(saveHardState(1, undefined));
  });

  test("a committed entry is never truncated: the server dies first", () => {
    const state = follower({ term: 3, leader: b, commit: 2, durable: 2 });
    const message = appendEntries(3, { after: [1, 1], entries: [entry(2, 3)] });
    expect(() => step(env({ log: [1, 1] }), state, from(b, message))).toThrow(AssertionError);
  });

  test("a restart keeps term, vote and log, and forgets commit index and role", () => {
    expect(restore(hardState(3, b), log([1, 2, 3]))).toEqual(
      follower({ term: 3, votedFor: b, durable: 3 }),
    );
  });

  test("entries are sent as soon as they are appended, not at the next heartbeat", () => {
    const state = leader({ term: 1, progress: twoFollowers });
    const after = run(env(), state, propose("x"), replicate);
    expect(after.effects).toContainEqual(
      send(b, appendEntries(1, { entries: [entry(1, 1, "x")] })),
    );
  });

  test("a rejection skips a whole term, not one entry", () => {
    const state = leader({ term: 5, progress: { b: probe(6, { waiting: true }), c: probe(1) } });
    const hint = appendRejected(5, { prevIndex: 5, conflictTerm: 3, conflictIndex: 2 });
    const { state: after } = step(env({ log: [1, 4, 4, 4, 4] }), state, from(b, hint));
    expect(after).toEqual(leader({ term: 5, progress: { b: probe(2), c: probe(1) } }));
  });
});

test("1 a majority that holds an older term's entry waits for one of this term", () => {
  const progress = { b: replicating(4, { match: 2 }), c: replicating(4, { match: 2 }) };
  const state = leader({ term: 3, durable: 2, progress });
  const setup = env({ log: [1, 2, 3] });
  expect(step(setup, state, from(b, appendAccepted(3, 2))).state.commit).toBe(0);
  expect(step(setup, state, from(b, appendAccepted(3, 3))).state.commit).toBe(0);
  const both = run(setup, state, from(b, appendAccepted(3, 3)), from(c, appendAccepted(3, 3)));
  expect(both.state.commit).toBe(3);
});

test("2 a server that crashes before the sync has promised nothing, and after it votes once", () => {
  const cluster = new Cluster({ voters: [a, b, c] });
  cluster.event(a, electionTimeout);
  expect(cluster.packets).toEqual([]);
  cluster.sync(a);
  expect(cluster.packets).toHaveLength(2);
  const at = cluster.packets.findIndex(({ to }) => to === b);
  cluster.deliver(at);
  expect(cluster.packets).toHaveLength(1);
  cluster.crash(b);
  cluster.restart(b);
  expect(cluster.state(b)).toEqual(follower());
  cluster.event(b, from(a, requestVote(1)));
  cluster.sync(b);
  cluster.crash(b);
  cluster.restart(b);
  cluster.event(b, from(c, requestVote(1)));
  cluster.sync(b);
  const replies = cluster.packets.filter(({ from: sender }) => sender === b);
  expect(replies.map(({ to, message }) => [to, message])).toEqual([
    [a, voteReply(1, true)],
    [c, voteReply(1, false)],
  ]);
});

test("3 a leader counts itself only up to its durable index", () => {
  const progress = { b: replicating(3, { match: 0 }), c: replicating(3, { match: 0 }) };
  const state = leader({ term: 1, durable: 1, progress });
  const { effects } = step(env({ log: [1, 1] }), state, from(b, appendAccepted(1, 2)));
  expect(effects).toEqual([commit(1)]);
});

describe("4 async_storage_writes_append_aba_race", () => {
  test("a sync of an entry that was replaced says nothing about the one there now", () => {
    const state = follower({ term: 3, leader: b, durable: 1 });
    expect(step(env({ log: [1, 3] }), state, durable(2, 2))).toEqual({ state, effects: [] });
  });

  test("nor does one of an entry that was truncated", () => {
    const state = follower({ term: 3, leader: b, durable: 1 });
    expect(step(env({ log: [1] }), state, durable(2, 2))).toEqual({ state, effects: [] });
  });

  test("a leader does not commit by it", () => {
    const state = leader({
      term: 3,
      durable: 1,
      progress: { b: replicating(3, { match: 2 }), c: replicating(3, { match: 0 }) },
    });
    expect(step(env({ log: [1, 3] }), state, durable(2, 2))).toEqual({ state, effects: [] });
  });

  test("syncs that are reported out of order do not move it back", () => {
    const setup = env({ log: [1, 1, 1] });
    const after = run(setup, follower({ term: 1 }), durable(3, 1), durable(2, 1));
    expect(after.state.durable).toBe(3);
  });
});

describe("5 only a conflict removes entries", () => {
  test.each([
    ["an old message that ends earlier", [0, 0], [1]],
    ["a heartbeat in the middle", [2, 1], []],
    ["a duplicate", [1, 1], [1, 1]],
  ] as const)("%s truncates nothing", (_title, after, terms) => {
    const state = follower({ term: 1, leader: b, durable: 4 });
    const message = appendEntries(1, { after, entries: entries(terms, after[0] + 1) });
    const { effects } = step(env({ log: [1, 1, 1, 1] }), state, from(b, message));
    expect(effects).toEqual([
      resetElectionTimer,
      send(b, appendAccepted(1, after[0] + terms.length)),
    ]);
  });

  test("entries that are in the log already are not written again", () => {
    const message = appendEntries(2, { entries: entries([1, 1, 2]) });
    const after = run(env({ log: [1, 1] }), follower({ term: 2 }), from(b, message));
    expect(after.effects).toContainEqual({ type: "appendLog", entries: [entry(3, 2)] });
  });
});

describe("6 the indexes of answers", () => {
  test("an acceptance names prevIndex + the number of entries", () => {
    const message = appendEntries(1, { after: [1, 1], entries: entries([1, 1], 2) });
    const { effects } = step(env({ log: [1] }), follower({ term: 1 }), from(b, message));
    expect(effects.at(-1)).toEqual(send(b, appendAccepted(1, 3)));
  });

  test("late or duplicate answers move nothing back", () => {
    const setup = env({ log: [1, 1, 1] });
    const state = leader({
      term: 1,
      commit: 3,
      durable: 3,
      progress: { b: replicating(4), c: replicating(4) },
    });
    for (const match of [0, 1, 2, 3]) {
      expect(step(setup, state, from(b, appendAccepted(1, match)))).toEqual({ state, effects: [] });
    }
  });

  test("an acceptance beyond the leader's log is a defect: the server dies first", () => {
    const state = leader({ term: 1, progress: twoFollowers });
    expect(() => step(env(), state, from(b, appendAccepted(1, 1)))).toThrow(AssertionError);
  });

  test("a rejection names what it rejects, so that a late one is recognized", () => {
    const state = leader({ term: 1, progress: { b: probe(2, { waiting: true }), c: probe(4) } });
    const old = appendRejected(1, { prevIndex: 3, conflictIndex: 1 });
    expect(step(env({ log: [1, 1, 1] }), state, from(b, old))).toEqual({ state, effects: [] });
  });
});

describe("7 quorum arithmetic", () => {
  test.each([
    [1, 1],
    [2, 2],
    [3, 2],
    [4, 3],
    [5, 3],
    [6, 4],
    [7, 4],
  ])("of %i servers %i are a majority, and one fewer is not", (size, needed) => {
    const voters = [a, b, c, d, e, "f" as typeof a, "g" as typeof a].slice(0, size);
    expect(isQuorum(voters, voters.slice(0, needed))).toBe(true);
    expect(isQuorum(voters, voters.slice(0, needed - 1))).toBe(false);
  });

  test("strangers, and the same server twice, do not make a majority", () => {
    expect(isQuorum([a, b, c], [a, d, e])).toBe(false);
    expect(isQuorum([a, b, c], [a, a])).toBe(false);
    expect(isQuorum([a, b, c], [d, c, a])).toBe(true);
  });

  test.each([
    [[5, 5, 5], 5],
    [[9, 1, 1], 1],
    [[1, 9, 9], 9],
    [[10, 9, 2], 9],
    [[4, 3, 2, 1], 2],
    [[4, 4, 1, 1], 1],
    [[1, 5, 4, 3, 2], 3],
    [[7], 7],
    [[7, 3], 3],
  ])("of matches %j a majority holds %i", (matches, held) => {
    const voters = [a, b, c, d, e].slice(0, matches.length);
    const matchOf = (voter: typeof a) =>
      log(Array(matches[voters.indexOf(voter)]).fill(1)).lastIndex;
    expect(quorumIndex(voters, matchOf)).toBe(held);
  });
});

describe("8 vote replies", () => {
  const five = env({ voters: [a, b, c, d, e] });

  test("the same voter twice counts once", () => {
    const state = candidate({ term: 1, votes: [a, b] });
    expect(step(five, state, from(b, voteReply(1, true)))).toEqual({ state, effects: [] });
  });

  test("a vote of an older election does not count", () => {
    const state = candidate({ term: 2 });
    expect(step(env(), state, from(b, voteReply(1, true)))).toEqual({ state, effects: [] });
  });

  test("a rejected vote does not count", () => {
    const state = candidate({ term: 2 });
    expect(step(env(), state, from(b, voteReply(2, false)))).toEqual({ state, effects: [] });
  });

  test("a vote that arrives after the election changes nothing", () => {
    for (const state of [
      follower({ term: 2, votedFor: a, leader: b }),
      leader({ term: 2, progress: twoFollowers }),
    ]) {
      expect(step(env(), state, from(c, voteReply(2, true)))).toEqual({ state, effects: [] });
    }
  });

  test("a granted vote is confirmed when it is requested again", () => {
    const state = follower({ term: 2, votedFor: b });
    expect(step(env(), state, from(b, requestVote(2)))).toEqual({
      state,
      effects: [resetElectionTimer, send(b, voteReply(2, true))],
    });
  });

  test("a candidate that restarts in its term does not count votes that arrive later", () => {
    const cluster = new Cluster({ voters: [a, b, c] });
    cluster.event(a, electionTimeout);
    cluster.sync(a);
    cluster.crash(a);
    cluster.restart(a);
    cluster.settle();
    expect(cluster.state(a)).toEqual(follower({ term: 1, votedFor: a }));
    cluster.converge();
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

test("19 a follower that lost its disk is probed once per heartbeat, not as fast as it can reject", () => {
  const setup = env({ log: [1, 1] });
  const state = leader({ term: 1, progress: { b: replicating(3), c: replicating(3) } });
  const lost = from(b, appendRejected(1, { prevIndex: 2, conflictIndex: 1 }));
  expect(run(setup, state, lost, replicate).effects).toEqual([]);
  const asked = leader({
    term: 1,
    progress: { b: probe(3, { match: 2, waiting: true }), c: replicating(3) },
  });
  expect(run(setup, asked, lost, replicate).effects).toEqual([]);
});

describe("19 a follower whose log was found damaged, and that lost entries it is known to hold", () => {
  const setup = env({ log: [1, 1, 1] });
  const others = { c: replicating(4) };
  const lost = (round: number) =>
    from(b, appendRejected(1, { prevIndex: 3, conflictIndex: 2, round }));

  test.each([
    ["while entries are pipelined", replicating(4, { round: 2 })],
    ["while it is probed", probe(4, { match: 3, waiting: true, round: 2 })],
  ])("gets them again once it reports it in a newer round, %s", (_title, progress) => {
    const state = leader({ term: 1, round: 3, progress: { b: progress, ...others } });
    const after = run(setup, state, lost(3), replicate);
    expect(after.state).toEqual(
      leader({
        term: 1,
        round: 3,
        progress: { b: probe(2, { match: 0, waiting: true, round: 3 }), ...others },
      }),
    );
    expect(after.effects).toEqual([send(b, appendEntries(1, { after: [1, 1], round: 3 }))]);
  });

  test("an answer in a round that it answered otherwise is late, and means nothing", () => {
    const state = leader({
      term: 1,
      round: 3,
      progress: { b: replicating(4, { round: 3 }), ...others },
    });
    expect(run(setup, state, lost(3), replicate).effects).toEqual([]);
  });
});

test("25 a leader whose log lacks the position before an entry sends nothing: it dies", () => {
  const setup = env({ log: [1, 1] });
  const blind = {
    config: setup.config,
    log: {
      firstIndex: setup.log.firstIndex,
      lastIndex: setup.log.lastIndex,
      termAt: () => undefined,
      slice: () => entries([1, 1]),
      bytesBetween: () => 0,
    },
  };
  const state = leader({ term: 1, progress: { b: replicating(2), c: replicating(2) } });
  expect(() => step(blind, state, replicate)).toThrow(AssertionError);
  expect(() => step(blind, state, heartbeatTimeout)).toThrow(AssertionError);
});

describe("26 timers", () => {
  test("one effect holds off everything that a leader's message must hold off, whatever the message brings", () => {
    const messages = [
      appendEntries(1),
      appendEntries(1, { entries: [entry(1, 1)], commit: 1 }),
      appendEntries(1, { after: [5, 1] }),
      appendEntries(2),
    ];
    for (const message of messages) {
      const { effects } = step(env(), follower({ term: 1 }), from(b, message));
      expect(effects.filter(({ type }) => type === "resetElectionTimer")).toHaveLength(1);
    }
  });

  test("a leader that steps down waits for an election again", () => {
    const state = leader({ term: 1, progress: twoFollowers });
    expect(step(env(), state, from(b, voteReply(2, false))).effects).toContainEqual(
      resetElectionTimer,
    );
  });

  test("a newer term alone holds off no election", () => {
    for (const state of [follower({ term: 1 }), candidate({ term: 1 })]) {
      expect(step(env(), state, from(b, voteReply(2, false))).effects).toEqual([
        saveHardState(2, undefined),
      ]);
    }
  });
});

describe("28 restarts", () => {
  test("a single server commits its old log again, and appends none of it again", () => {
    const setup = env({ voters: [a], log: [1, 1] });
    const state = restore(hardState(1, a), setup.log);
    const after = run(setup, state, electionTimeout, durable(3, 2));
    expect(after.state).toEqual(leader({ term: 2, commit: 3, durable: 3, round: 1, progress: {} }));
    expect(after.effects.filter(({ type }) => type === "appendLog")).toEqual([
      { type: "appendLog", entries: [noop(3, 2)] },
    ]);
  });

  test("after a restart, a follower does not assume that anything is committed", () => {
    const state = restore(hardState(1, b), log([1, 1]));
    const message = appendEntries(1, { after: [2, 1], commit: 1 });
    expect(step(env({ log: [1, 1] }), state, from(b, message)).effects).toEqual([
      resetElectionTimer,
      commit(1),
      send(b, appendAccepted(1, 2)),
    ]);
  });
});

test("a term cannot have two leaders: a leader that meets another one dies", () => {
  const state = leader({ term: 1, progress: twoFollowers });
  expect(() => step(env(), state, from(b, appendEntries(1)))).toThrow(AssertionError);
  const follows = follower({ term: 1, leader: b });
  expect(() => step(env(), follows, from(c, appendEntries(1)))).toThrow(AssertionError);
});

describe("entries that no leader can have sent kill the server before they reach its log", () => {
  test.each([
    ["do not follow the previous entry", [entry(3, 1)]],
    ["have a gap", [entry(2, 1), entry(4, 1)]],
    ["are of a later term than the leader's", [entry(2, 3)]],
    ["are of an earlier term than the previous entry", [entry(2, 2), entry(3, 1)]],
    ["are of an earlier term than the one they follow", [entry(2, 0)]],
  ])("they %s", (_title, content) => {
    const state = follower({ term: 2, leader: b });
    const message = appendEntries(2, { after: [1, 1], entries: content });
    expect(() => step(env({ log: [1] }), state, from(b, message))).toThrow(AssertionError);
  });
});
