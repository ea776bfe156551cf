import {
  emptyTally,
  nthSeed,
  SEEDS,
  TaskPool,
  type PoolOptions,
  type RunReport,
  type Task,
} from "@kontiki/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { failedReport, report } from "../support/reports.ts";

const options: PoolOptions = {
  scenarios: 2,
  seeds: { first: 1, count: 3, shard: undefined },
  untilFail: false,
};

function allOf(pool: TaskPool): readonly Task[] {
  const tasks: Task[] = [];
  for (let task = pool.take(); task !== undefined; task = pool.take()) tasks.push(task);
  return tasks;
}

test("each seed runs with all scenarios before the next seed", () => {
  const pool = new TaskPool(options);
  expect(allOf(pool)).toEqual([
    { number: 0, scenario: 0, seed: 1 },
    { number: 1, scenario: 1, seed: 1 },
    { number: 2, scenario: 0, seed: 2 },
    { number: 3, scenario: 1, seed: 2 },
    { number: 4, scenario: 0, seed: 3 },
    { number: 5, scenario: 1, seed: 3 },
  ]);
  expect(pool.isDecided).toBe(false);
});

test("a scenario that is in the order several times runs with other seeds, all different", () => {
  const seeds = { first: 1, count: 2000, shard: undefined };
  const tasks = allOf(new TaskPool({ ...options, seeds, order: [1, 0, 1, 1] }));
  expect(tasks.slice(0, 5)).toEqual([
    { number: 0, scenario: 1, seed: 1 },
    { number: 1, scenario: 0, seed: 1 },
    { number: 2, scenario: 1, seed: nthSeed(1, 1) },
    { number: 3, scenario: 1, seed: nthSeed(1, 2) },
    { number: 4, scenario: 1, seed: 2 },
  ]);
  const often = tasks.filter(({ scenario }) => scenario === 1).map(({ seed }) => seed);
  expect([tasks.length, new Set(often).size]).toEqual([8000, 6000]);
  expect(often.every((seed) => Number.isInteger(seed) && seed < SEEDS)).toBe(true);
});

test("until the first doubt, a run that is unknown is the last one that counts", () => {
  const pool = new TaskPool({ ...options, scenarios: 1, untilDoubt: true });
  const [one, two] = [pool.take(), pool.take()];
  pool.put(report(one ?? {}, { verdict: "unknown", doubts: ["too few"] }));
  pool.put(report(two ?? {}));
  expect(pool.take()).toBeUndefined();
  expect(pool.isDecided).toBe(true);
  expect(pool.tallies).toMatchObject([{ runs: 1, unknown: 1 }]);
});

test("a report counts when all earlier reports have arrived", () => {
  const pool = new TaskPool({ ...options, scenarios: 1 });
  const [one, two, three] = allOf(pool);
  pool.put(report(three ?? {}));
  pool.put(failedReport(two ?? {}, "liveness"));
  expect(pool.tallies).toEqual([emptyTally]);
  expect(pool.progress).toEqual({ done: 2, size: 3, violated: 1, events: 200 });
  expect(pool.isDecided).toBe(false);
  pool.put(report(one ?? {}));
  expect(pool.tallies).toMatchObject([{ runs: 3, valid: 2, violated: 1 }]);
  expect(pool.isDecided).toBe(true);
});

describe("until the first violation", () => {
  const untilFail = { ...options, scenarios: 1, untilFail: true };

  test("a violation stops new tasks, and earlier tasks still count", () => {
    const pool = new TaskPool(untilFail);
    const [one, two] = [pool.take(), pool.take()];
    pool.put(failedReport(two ?? {}, "liveness"));
    expect(pool.take()).toBeUndefined();
    expect(pool.isDecided).toBe(false);
    pool.put(report(one ?? {}));
    expect(pool.isDecided).toBe(true);
    expect(pool.tallies).toMatchObject([{ runs: 2, violated: 1 }]);
  });

  test("tasks after the violation do not count", () => {
    const pool = new TaskPool(untilFail);
    const [one, two] = [pool.take(), pool.take()];
    pool.put(report(two ?? {}));
    pool.put(failedReport(one ?? {}, "liveness"));
    expect(pool.isDecided).toBe(true);
    expect(pool.tallies).toMatchObject([{ runs: 1, valid: 0, violated: 1 }]);
  });
});

test("reports that wait for unfinished runs count when those are given up", () => {
  const pool = new TaskPool({ ...options, scenarios: 1 });
  const [, two, three] = allOf(pool);
  pool.put(failedReport(three ?? {}, "b"));
  pool.put(failedReport(two ?? {}, "a"));
  pool.giveUp();
  expect(pool.tallies).toMatchObject([
    {
      runs: 2,
      findings: [
        { check: "a", seed: 2 },
        { check: "b", seed: 3 },
      ],
    },
  ]);
});

test("the order in which runs end does not matter", () => {
  const outcome = (task: Task): RunReport =>
    task.seed % 3 === 0
      ? failedReport(task, `check ${task.seed % 2}`)
      : report(task, { coverage: { [`seen.${task.seed % 2}`]: 1 } });
  const inOrder = (
    ends: (tasks: readonly Task[]) => readonly Task[],
    untilFail: boolean,
  ): unknown => {
    const seeds = { first: 1, count: 10, shard: undefined };
    const pool = new TaskPool({ ...options, seeds, untilFail });
    for (const task of ends(allOf(pool))) pool.put(outcome(task));
    return pool.tallies;
  };
  fc.assert(
    fc.property(fc.array(fc.nat(1000)), fc.boolean(), (draws, untilFail) => {
      const shuffled = (tasks: readonly Task[]): readonly Task[] =>
        tasks
          .map((task) => ({ task, at: draws[task.number] ?? 0 }))
          .toSorted((a, b) => a.at - b.at)
          .map(({ task }) => task);
      expect(inOrder(shuffled, untilFail)).toEqual(inOrder((tasks) => tasks, untilFail));
    }),
  );
});
