import { describe, expect, test } from "vitest";
import {
  makeHistory,
  summaryOf,
  type Mark,
  type Operation,
  type RunResult,
} from "@kontiki/testing";

type Ended = Pick<Operation, "call"> & {
  readonly return?: number;
  readonly failed?: true;
};

/** The result of a run of 1,000 ms with these operations. */
function resultOf(ended: readonly Ended[], marks: readonly Mark[] = []): RunResult {
  const operations = ended.map(({ call, return: end, failed }, at): Operation => {
    const begun = { process: `c${at}`, call, input: { f: "get", value: null } };
    if (end === undefined) return { ...begun, status: "open" };
    if (failed === true) return { ...begun, status: "failed", return: end };
    return { ...begun, status: "ok", return: end, output: null };
  });
  return {
    verdict: "valid",
    violations: [],
    doubts: [],
    hash: "00000000",
    events: 0,
    virtualMs: 1000,
    coverage: { restarts: 1 },
    history: makeHistory(operations, { unit: "ms", marks }),
  };
}

test("sums up operations, latencies, windows, leaders and faults", () => {
  const result = resultOf(
    [
      { call: 0, return: 10 },
      { call: 10, return: 40 },
      { call: 50, return: 60, failed: true },
      { call: 400, return: 900 },
      { call: 950 },
    ],
    [
      { type: "leader", node: "n1", term: 2, from: 0, to: 400 },
      { type: "fault", text: "crash n1", node: "n1", from: 400, to: 700 },
      { type: "fault", text: "loss", from: 960 },
    ],
  );
  expect(summaryOf(result, { windows: 2, unavailableAfterMs: 100 })).toEqual({
    verdict: "valid",
    violations: [],
    doubts: [],
    durationMs: 1000,
    operations: { ok: 3, failed: 1, open: 1 },
    latencyMs: { p50: 30, p90: 500, p99: 500, max: 500 },
    windowMs: 500,
    windows: [
      { fromMs: 0, ok: 2, failed: 1, latencyMs: { p50: 10, p90: 30, p99: 30, max: 30 } },
      { fromMs: 500, ok: 1, failed: 0, latencyMs: { p50: 500, p90: 500, p99: 500, max: 500 } },
    ],
    unavailableAfterMs: 100,
    unavailable: [{ fromMs: 400, toMs: 900 }],
    leaders: [{ node: "n1", term: 2, fromMs: 0, toMs: 400 }],
    faults: [
      { text: "crash n1", fromMs: 400, toMs: 700, firstOkMs: 500 },
      { text: "loss", fromMs: 960, toMs: null, firstOkMs: null },
    ],
    recoveries: [],
    messages: null,
    coverage: { restarts: 1 },
  });
});

test("of a run without operations", () => {
  expect(summaryOf(resultOf([]), { windows: 1 })).toMatchObject({
    operations: { ok: 0, failed: 0, open: 0 },
    latencyMs: null,
    windows: [{ fromMs: 0, ok: 0, failed: 0, latencyMs: null }],
    unavailable: [],
  });
});

describe("a time without a success", () => {
  const unavailable = (ended: readonly Ended[]): unknown =>
    summaryOf(resultOf(ended), { unavailableAfterMs: 100 }).unavailable;

  test.each<[string, readonly Ended[], unknown]>([
    [
      "is none while no client waits",
      [
        { call: 0, return: 10 },
        { call: 900, return: 950 },
      ],
      [],
    ],
    [
      "begins with the last success if a client waited then",
      [
        { call: 0, return: 10 },
        { call: 5, return: 300 },
      ],
      [{ fromMs: 10, toMs: 300 }],
    ],
    [
      "continues over waits that overlap",
      [
        { call: 100, return: 210, failed: true },
        { call: 200, return: 320 },
      ],
      [{ fromMs: 100, toMs: 320 }],
    ],
    [
      "is cut where no client waited in between",
      [
        { call: 100, return: 210, failed: true },
        { call: 300, return: 450 },
      ],
      [
        { fromMs: 100, toMs: 210 },
        { fromMs: 300, toMs: 450 },
      ],
    ],
    ["lasts to the end with an open operation", [{ call: 500 }], [{ fromMs: 500, toMs: 1000 }]],
    ["is as long as the limit, and so does not count", [{ call: 0, return: 100 }], []],
    [
      "ends with the success of another client",
      [
        { call: 0, return: 900 },
        { call: 10, return: 150 },
        { call: 160, return: 240 },
      ],
      [
        { fromMs: 0, toMs: 150 },
        { fromMs: 240, toMs: 900 },
      ],
    ],
  ])("%s", (_title, ended, times) => {
    expect(unavailable(ended)).toEqual(times);
  });
});
