import { explore, replayPath, storyOf } from "@kontiki/testing";
import { describe, expect, test } from "vitest";
import * as broken from "../support/broken-steps.ts";
import { detectedIn, shortestOf, type BrokenCore } from "../support/detected.ts";

const FIGURE_8 = { terms: 4, proposals: 2, crashes: 0, inflight: 1, config: { noop: false } };

const CASES: readonly BrokenCore[] = [
  {
    name: "that votes for any candidate, whatever its log lacks",
    step: broken.votesWithoutLogCheck,
    text: "Leader Completeness: c leads term 2 but lacks entry 1, committed in term 1",
    actions: 10,
  },
  {
    name: "that does not save its vote",
    step: broken.forgetsVote,
    text: "c: a changed term or vote was not saved",
    actions: 2,
  },
  {
    name: "that votes twice in a term",
    step: broken.votesTwice,
    text: "b in term 1: the vote for b changed to a",
    actions: 3,
  },
  {
    name: "that counts a refusal as a vote",
    step: broken.countsRefusals,
    text: "Election Safety: a and b both led term 1",
    actions: 7,
  },
  {
    name: "that commits entries of older terms by counting (Figure 8)",
    step: broken.commitsOldTerms,
    bounds: FIGURE_8,
    text: "Leader Completeness: c leads term 4 but lacks entry 1, committed in term 3",
    actions: 26,
  },
  {
    name: "that acknowledges its whole log",
    step: broken.acceptsOwnLog,
    text: "c fails: a cannot hold more of this term's log than its leader",
    actions: 10,
  },
  {
    name: "that acknowledges more than it holds",
    step: broken.acceptsTooMuch,
    text: "a: it acknowledges entry 2, which is not on its disk",
    actions: 10,
  },
  {
    name: "that commits up to the end of its own log",
    step: broken.commitsOwnLog,
    bounds: { heartbeats: 1 },
    text: "State Machine Safety: a different entry was committed at 1 earlier",
    actions: 13,
  },
  {
    name: "that truncates its log without a conflict",
    step: broken.cutsWithoutConflict,
    text: "c in term 1: a committed entry was changed or removed; c in term 1: commit 1 is after the log's end 0",
    actions: 13,
  },
  {
    name: "that accepts entries without a consistency check",
    step: broken.skipsConsistencyCheck,
    text: "a and c: Log Matching: two logs share an entry but differ before it",
    actions: 13,
  },
  {
    name: "that counts itself before its disk is synced",
    step: broken.countsUnsyncedSelf,
    bounds: { asyncDisk: true, proposals: 0, inflight: 1 },
    text: "Leader Completeness: c leads term 2 but lacks entry 1, committed in term 1",
    actions: 17,
  },
  {
    name: "that treats a rejection as a match",
    step: broken.takesRefusalForMatch,
    text: "Leader Completeness: c leads term 2 but lacks entry 1, committed in term 1",
    actions: 12,
  },
  {
    name: "that votes as if its damaged log had never been longer",
    step: broken.votesDespiteLoss,
    bounds: { damage: 1, crashes: 0, proposals: 0, inflight: 1 },
    text: "Leader Completeness: c leads term 2 but lacks entry 1, committed in term 1",
    actions: 11,
  },
  {
    name: "that gives a damaged log more than the two logs have in common",
    step: broken.givesBeyondAgreement,
    bounds: { damage: 1, crashes: 0, inflight: 1 },
    text: "c fails: entry 2 is after the end of the lost log, 1",
    actions: 12,
  },
  {
    name: "that continues a damaged log without checking what it continues",
    step: broken.joinsWithoutCheck,
    bounds: {
      damage: 1,
      crashes: 0,
      terms: 3,
      proposals: 3,
      inflight: 1,
      config: { noop: false },
    },
    text: "c repairs its log with entries that it did not have",
    actions: 23,
  },
];

describe("a core", () => {
  test.each(CASES)("$name is detected by a shortest run", (each) => {
    expect(detectedIn(each)).toEqual(shortestOf(each));
  });

  test.each([
    { symmetry: false } as const,
    { symmetry: false, order: "depth" } as const,
    { order: "depth" } as const,
  ])("that is broken is detected in every kind of search: %j", (how) => {
    const found = explore({ step: broken.countsRefusals, rules: false, ...how });
    expect(found.verdict).toBe("violated");
    expect(found.violation?.text).toMatch(/^Election Safety: . and . both led term [12]$/);
    if (how.order === undefined) expect(found.violation?.actions).toHaveLength(7);
  });
});

describe("a counterexample", () => {
  const options = { step: broken.countsRefusals, rules: false };
  const { violation } = explore(options);
  if (violation === undefined) throw new Error("this core is broken");

  test("can be stored as JSON", () => {
    const actions = JSON.parse(JSON.stringify(violation.actions)) as typeof violation.actions;
    expect(replayPath(options, actions).broken).toBe(violation.text);
  });

  test("does not fit other bounds", () => {
    expect(() => replayPath({ ...options, nodes: 1 }, violation.actions)).toThrow(
      new RangeError("action 2, deliver at c, is not possible at that point"),
    );
  });

  test("can be told as a story", () => {
    const width = { node: 2, column: 20 };
    const lines = storyOf(violation).map(
      ({ node, what, nodes }) =>
        `${node.padEnd(width.node)}${Object.values(nodes)
          .map((each) => each.padEnd(width.column))
          .join("")}${what}`,
    );
    expect(`\n${lines.join("\n")}\n`).toMatchInlineSnapshot(`
      "
      a candidate t1 c0 []  follower t0 c0 []   follower t0 c0 []   election timeout; sends requestVote t1 last 0.0 to b, requestVote t1 last 0.0 to c
      c candidate t1 c0 []  follower t0 c0 []   follower t1 c0 []   receives requestVote t1 last 0.0 from a; sends voteReply t1 yes to a
      a leader t1 c0 [1]    follower t0 c0 []   follower t1 c0 []   receives voteReply t1 yes from c; sends appendEntries t1 0.0+[] c0 to c; loses appendEntries t1 0.0+[] c0 to b
      c leader t1 c0 [1]    follower t0 c0 []   follower t1 c0 []   receives appendEntries t1 0.0+[] c0 from a, and crashes before the sync, losing unsynced writes
      b leader t1 c0 [1]    candidate t1 c0 []  follower t1 c0 []   election timeout; sends requestVote t1 last 0.0 to a; loses requestVote t1 last 0.0 to c
      a leader t1 c0 [1]    candidate t1 c0 []  follower t1 c0 []   receives requestVote t1 last 0.0 from b; sends voteReply t1 no to b
      b leader t1 c0 [1]    leader t1 c0 [1]    follower t1 c0 []   receives voteReply t1 no from a; sends appendEntries t1 0.0+[] c0 to c; loses appendEntries t1 0.0+[] c0 to a
      "
    `);
  });
});
