/** The invariants that tests and the simulation rely on: each is broken once, to see that it is noticed. */
import {
  checkCluster,
  checkState,
  checkStep,
  index,
  Leaders,
  MemoryLog,
  term,
  type Entry,
  type State,
} from "@kontiki/core";
import { describe, expect, test } from "vitest";
import {
  a,
  b,
  c,
  candidate,
  entries,
  entry,
  env,
  follower,
  leader,
  logOf,
  noop,
  preCandidate,
  probe,
  replicating,
  sending,
  snapshotOf,
} from "./support/core.ts";

const one = env({ log: [1, 2, 2] });
const observed = (state: State, terms: readonly number[] = [1, 2, 2], id = a) => ({
  env: env({ id, log: terms }),
  state,
});

/** The same server with another log. */
const holding = (state: State, content: Parameters<typeof logOf>[0], id = a) => ({
  env: { config: env({ id }).config, log: logOf(content) },
  state,
});

const says = (what: string) => [expect.stringContaining(what) as string];

describe("checkState", () => {
  test.each<[string, State]>([
    ["a follower", follower({ term: 2, commit: 3, durable: 3, leader: b })],
    ["a candidate", candidate({ term: 3, commit: 1, durable: 2 })],
    ["a pre-candidate, whatever its vote", { ...preCandidate({ term: 2 }), votedFor: b }],
    ["a leader", leader({ term: 2, progress: { b: probe(4), c: replicating(4, { match: 0 }) } })],
    [
      "a leader that sends a snapshot that is ahead of its own log",
      leader({ term: 2, progress: { b: sending(snapshotOf(6, 2)) } }),
    ],
  ])("accepts %s that is valid", (_title, state) => {
    expect(checkState({ env: one, state })).toEqual([]);
  });

  test.each<[string, State, string]>([
    ["commit after the log's end", follower({ term: 2, commit: 4 }), "commit 4"],
    ["durable after the log's end", follower({ term: 2, durable: 4 }), "durable 4"],
    ["an entry of a later term", follower({ term: 1 }), "later term"],
    [
      "a candidate without its own vote",
      candidate({ term: 2, votedFor: b }),
      "did not vote for itself",
    ],
    [
      "a leader without its own vote",
      leader({ term: 2, votedFor: undefined, progress: {} }),
      "did not vote for itself",
    ],
    ["match at next", leader({ term: 2, progress: { b: probe(2, { match: 2 }) } }), "match 2"],
    ["next after the log's end", leader({ term: 2, progress: { b: probe(5) } }), "next 5"],
    [
      "next after the log's end while a snapshot is sent, with match there as well",
      leader({ term: 2, progress: { b: sending(snapshotOf(6, 2), { match: 7 }) } }),
      "match 7",
    ],
  ])("notices %s", (_title, state, what) => {
    expect(checkState({ env: one, state })).toEqual(says(what));
  });
});

describe("checkState of a log that was compacted up to entry 2", () => {
  const log = logOf(entries([1, 2, 2]));
  log.compact(index(2));
  const compacted = { config: one.config, log };

  test.each<[string, State, readonly string[]]>([
    ["valid", follower({ term: 2, commit: 2, snapshot: snapshotOf(2, 2) }), []],
    ["a newer snapshot", follower({ term: 2, commit: 3, snapshot: snapshotOf(3, 2) }), []],
    [
      "compacted entries that are not committed",
      follower({ term: 2, commit: 1, snapshot: snapshotOf(2, 2) }),
      says("commit 1 is before"),
    ],
    ["no snapshot", follower({ term: 2, commit: 2 }), says("missing from the snapshot")],
    [
      "an older snapshot",
      follower({ term: 2, commit: 2, snapshot: snapshotOf(1, 1) }),
      says("missing from the snapshot"),
    ],
  ])("%s", (_title, state, found) => {
    expect(checkState({ env: compacted, state })).toEqual(found);
  });
});

describe("checkStep", () => {
  test.each<[string, State, State]>([
    ["nothing happens", follower({ term: 2 }), follower({ term: 2 })],
    ["a vote", follower({ term: 2 }), follower({ term: 2, votedFor: b })],
    ["a new term", follower({ term: 2, votedFor: b, leader: b }), follower({ term: 3 })],
    ["a campaign", follower({ term: 2, leader: b }), candidate({ term: 3 })],
    ["a pre-vote", follower({ term: 2, leader: b }), preCandidate({ term: 2 })],
    ["a leader that is certainly gone", follower({ term: 2, leader: b }), follower({ term: 2 })],
    ["an election won", candidate({ term: 2 }), leader({ term: 2, progress: {} })],
    ["a leader deposed", leader({ term: 2, progress: {} }), follower({ term: 3 })],
    [
      "a leader that steps down",
      leader({ term: 2, progress: {} }),
      follower({ term: 2, votedFor: a }),
    ],
    ["a commit", follower({ term: 2, commit: 1 }), follower({ term: 2, commit: 3 })],
  ])("accepts %s", (_title, before, after) => {
    expect(checkStep(observed(before), observed(after))).toEqual([]);
  });

  test.each<[string, State, State, string]>([
    ["a term that decreases", follower({ term: 3 }), follower({ term: 2 }), "the term decreased"],
    [
      "a commit index that decreases",
      follower({ term: 2, commit: 2 }),
      follower({ term: 2, commit: 1 }),
      "commit decreased",
    ],
    [
      "a vote that changes",
      follower({ term: 2, votedFor: b }),
      follower({ term: 2, votedFor: c }),
      "the vote for b changed",
    ],
    [
      "a vote that is taken back",
      follower({ term: 2, votedFor: b }),
      follower({ term: 2 }),
      "the vote for b changed",
    ],
    [
      "a leader that asks for votes in its own term",
      leader({ term: 2, progress: {} }),
      preCandidate({ term: 2, votedFor: a }),
      "became a candidate in the same term",
    ],
    [
      "a second leader of a term",
      follower({ term: 2, leader: b }),
      follower({ term: 2, leader: c }),
      "the leader of the term changed",
    ],
    [
      "a follower that campaigns without a new term",
      follower({ term: 2, leader: b, votedFor: a }),
      candidate({ term: 2 }),
      "a follower became a candidate without a new term",
    ],
    [
      "a pre-candidate that campaigns without a new term",
      preCandidate({ term: 2, votedFor: a }),
      candidate({ term: 2 }),
      "a preCandidate became a candidate without a new term",
    ],
    [
      "a follower that leads without a campaign",
      follower({ term: 2, votedFor: a }),
      leader({ term: 2, progress: {} }),
      "a follower became a leader without a new term",
    ],
  ])("notices %s", (_title, before, after, what) => {
    expect(checkStep(observed(before), observed(after))).toEqual(says(what));
  });

  test.each([
    ["loses its last entry", [1, 2]],
    ["changes one", [1, 2, 3]],
  ])("notices a leader that %s: Leader Append-Only", (_title, terms) => {
    const state = leader({ term: 3, progress: {} });
    const after = observed(state, terms);
    expect(checkStep(observed(state), after)).toEqual(says("Leader Append-Only"));
  });

  test("accepts a follower that truncates uncommitted entries", () => {
    const state = follower({ term: 3, commit: 1 });
    expect(checkStep(observed(state), observed(state, [1, 3]))).toEqual([]);
  });

  test.each([
    ["is truncated", [1]],
    ["is replaced", [1, 3, 3]],
  ])("notices a committed entry that %s", (_title, terms) => {
    const state = follower({ term: 3, commit: 2 });
    expect(checkStep(observed(state), observed(state, terms))).toEqual(says("committed entry"));
  });
});

describe("checkCluster", () => {
  const lead = (inTerm: number, id = a) => leader({ term: inTerm, votedFor: id, progress: {} });

  test("accepts valid servers", () => {
    const servers = [
      observed({ ...lead(3), commit: follower({ commit: 2 }).commit }, [1, 2, 3]),
      observed(follower({ term: 3, commit: 2 }), [1, 2], b),
      observed(follower({ term: 2 }), [1, 1, 1, 1], c),
    ];
    expect(checkCluster(servers)).toEqual([]);
  });

  test("notices two leaders of a term: Election Safety", () => {
    const servers = [observed(lead(2)), observed(lead(2, b), [1, 2, 2], b)];
    expect(checkCluster(servers)).toEqual(says("Election Safety"));
    expect(checkCluster([observed(lead(2)), observed(lead(3, b), [1, 2, 2], b)])).toEqual([]);
  });

  test.each([
    ["a term", [entry(1, 1), entry(2, 2)], [entry(1, 0), entry(2, 2)]],
    ["a command", [entry(1, 1), entry(2, 2)], [entry(1, 1), entry(2, 2, "another")]],
    ["a kind", [entry(1, 1), entry(2, 2)], [entry(1, 1), noop(2, 2)]],
  ])("notices entries that differ in %s: Log Matching", (_title, left, right) => {
    const state = follower({ term: 2 });
    expect(checkCluster([holding(state, left), holding(state, right, b)])).toEqual(
      says("Log Matching"),
    );
  });

  test("notices committed entries that differ: State Machine Safety", () => {
    const servers = [
      observed(follower({ term: 3, commit: 2 }), [1, 2]),
      observed(follower({ term: 3, commit: 2 }), [1, 3], b),
    ];
    expect(checkCluster(servers)).toEqual(says("State Machine Safety"));
  });

  test("notices a leader that lacks a committed entry: Leader Completeness", () => {
    const servers = [observed(lead(3), [1]), observed(follower({ term: 2, commit: 2 }), [1, 2], b)];
    expect(checkCluster(servers)).toEqual(says("Leader Completeness"));
    expect(checkCluster(servers.toReversed())).toEqual(says("Leader Completeness"));
  });

  test("notices a leader that holds another entry in its place: Leader Completeness", () => {
    const servers = [
      observed(lead(3), [1, 3]),
      observed(follower({ term: 2, commit: 2 }), [1, 2], b),
    ];
    expect(checkCluster(servers)).toEqual(says("Leader Completeness"));
  });

  test("expects nothing of a deposed leader that does not know it yet", () => {
    const servers = [observed(lead(1), [1]), observed(follower({ term: 2, commit: 2 }), [1, 2], b)];
    expect(checkCluster(servers)).toEqual([]);
  });

  test("treats equal bytes and equal records as the same command", () => {
    type Put = { readonly key: string };
    const holds = (key: string, id = a) => {
      const at = { index: index(1), term: term(1) };
      const put: Entry<Put> = { type: "command", ...at, command: { key } };
      const { config } = env({ id });
      return {
        env: { config, log: new MemoryLog<Put>(() => 1, [put]) },
        state: follower({ term: 1 }),
      };
    };
    expect(checkCluster([holds("x"), holds("x", b)])).toEqual([]);
    expect(checkCluster([holds("x"), holds("y", b)])).toEqual(says("Log Matching"));
  });
});

describe("Leaders", () => {
  test("notices a second leader of a term, long after the first", () => {
    const leaders = new Leaders();
    expect(leaders.observe(observed(leader({ term: 1, progress: {} })))).toEqual([]);
    expect(leaders.observe(observed(leader({ term: 1, progress: {} })))).toEqual([]);
    expect(leaders.observe(observed(follower({ term: 2 }), [1], b))).toEqual([]);
    expect(
      leaders.observe(observed(leader({ term: 2, votedFor: b, progress: {} }), [1], b)),
    ).toEqual([]);
    const second = observed(leader({ term: 1, votedFor: b, progress: {} }), [1], b);
    expect(leaders.observe(second)).toEqual(says("Election Safety"));
  });
});
