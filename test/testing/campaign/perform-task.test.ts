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
    // A plan of which only the seed is looked at.
    planOf: (seed) => ({ seed }) as Plan,
    run: () => result,
    tokenOf: ({ seed }) => `token-${seed}`,
    pageOf: ({ seed }) => `page-${seed}`,
  };
}

/** A clock that goes on 5 ms whenever somebody looks. */
function clock(): () => number {
  let now = 0;
  return () => (now += 5);
}

test("a run is reported without its history, with 0 for what it did not meet", async () => {
  const { history: _history, ...rest } = valid;
  expect(await performTask(task, [runnable(valid)], clock())).toEqual({
    ...rest,
    coverage: { "began.crash": 2, "began.wipe": 0 },
    task,
    elapsedMs: 5,
    token: undefined,
    page: undefined,
  });
});

test("one that violated something has a token, and a page where that is asked for", async () => {
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

test("a run that throws is a fault of the tool", async () => {
  const throwing = {
    ...runnable(valid),
    run: (): never => {
      throw new Error("oops");
    },
  };
  await expect(performTask(task, [throwing], clock())).rejects.toThrow("oops");
  await expect(performTask(task, [], clock())).rejects.toThrow("there is no scenario number 0");
});
