import {
  makeHistory,
  performTask,
  type Plan,
  type Runnable,
  type RunResult,
} from "@kontiki/testing";
import { expect, test } from "vitest";

const task = { number: 4, scenario: 0, seed: 17 };

const valid: RunResult = {
  verdict: "valid",
  violations: [],
  doubts: [],
  hash: "00c0ffee",
  events: 100,
  virtualMs: 1000,
  coverage: { "began.crash": 2 },
  history: makeHistory([]),
};

const violated: RunResult = {
  ...valid,
  verdict: "violated",
  violations: [{ check: "liveness", text: "no leader", at: 900 }],
};

function runnable(result: RunResult): Runnable {
  return {
    wanted: ["began.crash", "began.wipe"],
    expected: { "began.crash": 2, "began.wipe": 1 },
    // Only the seed of this plan is used.
    planOf: (seed) => ({ seed }) as Plan,
    run: () => result,
    tokenOf: ({ seed }) => `token-${seed}`,
    pageOf: ({ seed }) => `page-${seed}`,
  };
}

/** A clock that advances by 5 ms at each reading. */
function clock(): () => number {
  let now = 0;
  return () => (now += 5);
}

test("a run is reported without its history, with 0 for wanted coverage that it did not reach", async () => {
  const { history: _history, ...rest } = valid;
  expect(await performTask(task, [runnable(valid)], clock())).toEqual({
    ...rest,
    coverage: { "began.crash": 2, "began.wipe": 0 },
    expected: { "began.crash": true, "began.wipe": false },
    met: [],
    task,
    elapsedMs: 5,
    token: undefined,
    page: undefined,
  });
});

test("a violated run has a token, and a page if one is requested", async () => {
  const { pageOf: _pageOf, ...pageless } = runnable(violated);
  expect(await performTask(task, [runnable(violated)], clock())).toMatchObject({
    token: "token-17",
    page: "page-17",
  });
  expect(await performTask(task, [pageless], clock())).toMatchObject({
    token: "token-17",
    page: undefined,
  });
});

test("a run that throws is an error of the tool", async () => {
  const throwing = {
    ...runnable(valid),
    run: (): never => {
      throw new Error("oops");
    },
  };
  await expect(performTask(task, [throwing], clock())).rejects.toThrow("oops");
  await expect(performTask(task, [], clock())).rejects.toThrow("there is no scenario number 0");
});
