import {
  campaignVerdict,
  DOUBTS_KEPT,
  emptyTally,
  EXPECTED_WITHIN,
  neverReached,
  withReport,
} from "@kontiki/testing";
import { expect, test } from "vitest";
import { failedReport, report } from "../support/reports.ts";

test("a tally adds up runs and their coverage", () => {
  const reports = [
    report(
      { number: 0 },
      {
        coverage: { crash: 2, wipe: 0 },
        expected: { crash: true, wipe: false },
        met: ["b", "a"],
      },
    ),
    report(
      { number: 1 },
      { verdict: "unknown", doubts: ["too few"], coverage: { crash: 1, add: 4 }, met: ["b"] },
    ),
    failedReport({ number: 2 }, "liveness"),
  ];
  expect(reports.reduce(withReport, emptyTally)).toEqual({
    runs: 3,
    asDrawn: 3,
    valid: 1,
    violated: 1,
    unknown: 1,
    events: 300,
    virtualMs: 3000,
    busyMs: 30,
    coverage: { add: 4, crash: 3, wipe: 0 },
    expected: { crash: 1, wipe: 0 },
    sometimes: { a: 1, b: 2 },
    firstMet: { a: { run: 1, seed: 1, changes: 0 }, b: { run: 1, seed: 1, changes: 0 } },
    findings: [
      {
        check: "liveness",
        text: "it did",
        at: 5,
        seed: 3,
        runs: 1,
        hash: "hash-3",
        token: "token-2",
        page: undefined,
      },
    ],
    doubts: [{ seed: 2, text: "too few" }],
  });
});

test("a tally has the first failed run of each check, and the number of failures", () => {
  const reports = [
    failedReport({ number: 0 }, "liveness", "liveness"),
    failedReport({ number: 1 }, "Log Matching", "liveness"),
  ];
  expect(reports.reduce(withReport, emptyTally).findings).toMatchObject([
    { check: "liveness", seed: 1, runs: 2, token: "token-0" },
    { check: "Log Matching", seed: 2, runs: 1, token: "token-1" },
  ]);
});

test("the list of doubts is bounded", () => {
  const reports = Array.from({ length: DOUBTS_KEPT + 5 }, (_, number) =>
    report({ number }, { verdict: "unknown", doubts: ["too few"] }),
  );
  const { doubts, unknown } = reports.reduce(withReport, emptyTally);
  expect(doubts.map(({ seed }) => seed)).toEqual(
    Array.from({ length: DOUBTS_KEPT }, (_, at) => at + 1),
  );
  expect(unknown).toBe(DOUBTS_KEPT + 5);
});

test("what some runs must reach and none does makes a campaign unknown, after enough runs", () => {
  const missed = Array.from({ length: EXPECTED_WITHIN }, (_, number) =>
    report({ number }, { expected: { crash: number === 7, wipe: false } }),
  );
  const early = missed.slice(1).reduce(withReport, emptyTally);
  const late = missed.reduce(withReport, emptyTally);
  expect([neverReached(early), campaignVerdict([early])]).toEqual([[], "valid"]);
  expect([neverReached(late), campaignVerdict([late])]).toEqual([["wipe"], "unknown"]);
  const met = withReport(late, report({ number: 99 }, { expected: { crash: false, wipe: true } }));
  expect([neverReached(met), campaignVerdict([met])]).toEqual([[], "valid"]);
  const changed = missed.map((one) => ({ ...one, task: { ...one.task, changes: [7] } }));
  const guided = changed.reduce(withReport, early);
  expect([neverReached(guided), campaignVerdict([guided])]).toEqual([[], "valid"]);
});

test("a campaign that ran nothing shows nothing", () => {
  const valid = withReport(emptyTally, report({ number: 0 }));
  expect(campaignVerdict([])).toBe("unknown");
  expect(campaignVerdict([valid, emptyTally])).toBe("unknown");
  expect(campaignVerdict([valid])).toBe("valid");
});
