import {
  checkLinearizable,
  checkLinearizableInSlices,
  interpretHistory,
  makeHistory,
  queue,
  register,
  type CheckProgress,
  type Operation,
  type Value,
} from "@kontiki/testing";
import { describe, expect, test } from "vitest";
import { ok, type Asked } from "../support/operations.ts";

/** Overlapping enqueues, and a value that none of their orders explains: each order is a state of its own. */
function hard(count: number, key?: Value): readonly Operation[] {
  const asked = (f: string, value: Value): Asked =>
    key === undefined ? [f, value] : [f, value, key];
  const writes = Array.from({ length: count }, (_, at) =>
    ok(`w${at}`, 0, 100, asked("enqueue", at)),
  );
  return [...writes, ok("r", 200, 201, asked("dequeue", null), -1)];
}

const history = interpretHistory(makeHistory(hard(40)), queue);

/** A clock that advances by `stepMs` at each reading. */
function clock(stepMs: number): () => number {
  let time = 0;
  return () => (time += stepMs);
}

describe("a time limit", () => {
  test("ends in unknown", () => {
    expect(checkLinearizable(history, queue, { timeMs: 100, now: clock(1) })).toMatchObject({
      verdict: "unknown",
      why: "time",
      cost: { elapsedMs: 102 },
    });
  });

  test("is checked often", () => {
    let looks = 0;
    const now = (): number => (looks += 1);
    const { cost } = checkLinearizable(history, queue, { timeMs: 100, now });
    // One reading for each turn of a few hundred steps. Each step tries at most all running operations.
    expect(cost.steps / looks).toBeLessThan(500);
  });

  test("that has passed from the start prevents any step", () => {
    const { verdict, cost } = checkLinearizable(history, queue, { timeMs: 0, now: clock(1) });
    expect({ verdict, steps: cost.steps }).toEqual({ verdict: "unknown", steps: 0 });
  });

  test("covers all objects together, also easy ones", () => {
    const operations = Array.from({ length: 50 }, (_, key) => ok("a", 0, 1, ["write", 1, key]));
    const many = interpretHistory(makeHistory(operations), register);
    expect(checkLinearizable(many, register, { timeMs: 20, now: clock(1) })).toMatchObject({
      verdict: "unknown",
      why: "time",
    });
    expect(checkLinearizable(many, register, { timeMs: 1000, now: clock(1) }).verdict).toBe(
      "valid",
    );
  });

  test("also limits the verification of a claimed order", () => {
    const operations = Array.from({ length: 5000 }, (_, at) => ({
      ...ok("a", 2 * at, 2 * at + 1, ["write", at]),
      order: at,
    }));
    const claimed = interpretHistory(makeHistory(operations), register);
    const limits = { timeMs: 5, now: clock(1) };
    expect(checkLinearizable(claimed, register, limits)).toMatchObject({ why: "time" });
  });

  test("works with the real clock", () => {
    const { verdict, cost } = checkLinearizable(history, queue, { timeMs: 30 });
    expect(verdict).toBe("unknown");
    expect(cost.elapsedMs).toBeGreaterThanOrEqual(30);
  });
});

describe("a memory limit", () => {
  test("ends in unknown", () => {
    const { verdict, cost } = checkLinearizable(history, queue, { memoryBytes: 1_000_000 });
    expect(verdict).toBe("unknown");
    // An entry and its state have some hundred bytes: fewer would leave memory unused, more would exceed the limit.
    expect(1_000_000 / cost.configurations).toBeGreaterThan(100);
    expect(1_000_000 / cost.configurations).toBeLessThan(400);
  });

  test("that is smaller than the history prevents any step", () => {
    const verdict = checkLinearizable(history, queue, { memoryBytes: 0 });
    expect(verdict).toMatchObject({ verdict: "unknown", why: "memory" });
  });

  test("that one object reaches does not hide the violation of another", () => {
    const easy = [ok("a", 0, 1, ["enqueue", 1, "x"]), ok("a", 2, 3, ["dequeue", null, "x"], 2)];
    const both = interpretHistory(makeHistory([...hard(30, "hard"), ...easy]), queue);
    const verdict = checkLinearizable(both, queue, { memoryBytes: 500_000 });
    expect(verdict).toMatchObject({ verdict: "violated", key: '"x"' });
  });
});

describe("in slices", () => {
  test("other work runs in between, progress is reported, and an abort ends the check", async () => {
    const controller = new AbortController();
    const told: CheckProgress[] = [];
    const verdict = await checkLinearizableInSlices(history, queue, {
      signal: controller.signal,
      onProgress(progress) {
        told.push(progress);
        if (told.length === 3) setImmediate(() => controller.abort());
      },
    });
    expect(verdict).toMatchObject({ verdict: "unknown", why: "interrupted" });
    expect(told.length).toBeGreaterThanOrEqual(3);
    expect(told[0]).toMatchObject({ placed: 40, operations: 41 });
  });

  test("the verdict is the same", async () => {
    const small = interpretHistory(makeHistory(hard(5)), queue);
    const { cost: _cost, ...verdict } = await checkLinearizableInSlices(small, queue);
    expect(checkLinearizable(small, queue)).toMatchObject(verdict);
  });
});
