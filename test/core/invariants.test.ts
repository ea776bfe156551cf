/** The claims that tests and simulation rely on: each is broken once, to see that it is noticed. */
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

/** The same server, with other content. */
const holding = (state: State, content: Parameters<typeof logOf>[0], id = a) => ({
  env: { config: env({ id }).config, log: logOf(content) },
  state,
});

const says = (what: string) => [expect.stringContaining(what) as string];

describe("checkState", () => {
  test.each<[string, State]>([
    ["a follower", follower({ term: 2, commit: 3, durable: 3, leader: b })],
    ["a candidate", candidate({ term: 3, commit: 1, durable: 2 })],
    ["a preCandidate, whoever has its vote", { ...preCandidate({ term: 2 }), votedFor: b }],
    ["a leader", leader({ term: 2, progress: { b: probe(4), c: replicating(4, { match: 0 }) } })],
    [
      "a leader that sends a snapshot, behind which its own log is to grow",
      leader({ term: 2, progress: { b: sending(snapshotOf(6, 2)) } }),
    ],
  ])("has nothing to say about %s in order", (_title, state) => {
    expect(checkState({ env: one, state })).toEqual([]);
  });

  test.each<[string, State, string]>([
    ["commit behind the log", follower({ term: 2, commit: 4 }), "commit 4"],
    ["durable behind the log", follower({ term: 2, durable: 4 }), "durable 4"],
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
    ["next behind the log", leader({ term: 2, progress: { b: probe(5) } }), "next 5"],
    [
      "next behind the log, with a snapshot under way, where match is as well",
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
    ["in order", follower({ term: 2, commit: 2, snapshot: snapshotOf(2, 2) }), []],
    ["a newer snapshot", follower({ term: 2, commit: 3, snapshot: snapshotOf(3, 2) }), []],
    [
      "what was compacted is not committed",
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
    ["a campaign that is thought of", follower({ term: 2, leader: b }), preCandidate({ term: 2 })],
    ["a leader that is gone for certain", follower({ term: 2, leader: b }), follower({ term: 2 })],
    ["a victory", candidate({ term: 2 }), leader({ term: 2, progress: {} })],
    ["a fall", leader({ term: 2, progress: {} }), follower({ term: 3 })],
    [
      "a leader that steps down",
      leader({ term: 2, progress: {} }),
      follower({ term: 2, votedFor: a }),
    ],
    ["a commit", follower({ term: 2, commit: 1 }), follower({ term: 2, commit: 3 })],
  ])("has nothing to say about %s", (_title, before, after) => {
    expect(checkStep(observed(before), observed(after))).toEqual([]);
  });

  test.each<[string, State, State, string]>([
    ["a term that falls", follower({ term: 3 }), follower({ term: 2 }), "the term decreased"],
    [
      "a commit index that falls",
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
      "a leader that asks for votes in its term",
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
      "a campaign that was only thought of and begins without a new term",
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

  test("lets a follower cut off what is not committed", () => {
    const state = follower({ term: 3, commit: 1 });
    expect(checkStep(observed(state), observed(state, [1, 3]))).toEqual([]);
  });

  test.each([
    ["is cut off", [1]],
    ["is replaced", [1, 3, 3]],
  ])("notices a committed entry that %s", (_title, terms) => {
    const state = follower({ term: 3, commit: 2 });
    expect(checkStep(observed(state), observed(state, terms))).toEqual(says("committed entry"));
  });
});

describe("checkCluster", () => {
  const lead = (inTerm: number, id = a) => leader({ term: inTerm, votedFor: id, progress: {} });

  test("has nothing to say about servers in order", () => {
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

  test("expects nothing of a leader that is deposed and does not know it", () => {
    const servers = [observed(lead(1), [1]), observed(follower({ term: 2, commit: 2 }), [1, 2], b)];
    expect(checkCluster(servers)).toEqual([]);
  });

  test("takes equal bytes and equal records for the same command", () => {
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
