import {
  finish,
  interpretHistory,
  makeHistory,
  models,
  verifyingOrder,
  type AnyFileModel,
  type ModelName,
  type Operation,
} from "@kontiki/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anything, runs, spoiledRuns } from "../support/arbitraries.ts";
import { isLinearizable } from "../support/brute-force.ts";
import { judged } from "../support/operations.ts";
import { references, type Reference } from "../support/reference.ts";

const names = Object.keys(references) as ModelName[];

describe.each(names)("%s", (name) => {
  const reference = references[name];
  const understood = (operations: readonly Operation[]): boolean => {
    try {
      interpretHistory(makeHistory(operations), models[name] as AnyFileModel);
      return true;
    } catch {
      return false;
    }
  };
  test("what happened in some order is valid", () => {
    fc.assert(
      fc.property(runs(reference, 60), (operations) => {
        expect(judged(name, withoutOrder(operations)).verdict).toBe("valid");
      }),
      { numRuns: 60 },
    );
  });

  test("any tiny history is judged as by trying all orders", () => {
    fc.assert(
      fc.property(anything(reference, 6).filter(understood), (operations) =>
        same(name, reference, operations),
      ),
      { numRuns: 600 },
    );
  });

  test("so is one with long operations of which many never returned", () => {
    const histories = anything(reference, 7, { longest: 11, openOfTen: 4 }).filter(understood);
    fc.assert(
      fc.property(histories, (operations) => same(name, reference, operations)),
      { numRuns: 600 },
    );
  });

  test("a run with one output changed is judged as by trying all orders", () => {
    fc.assert(
      fc.property(spoiledRuns(reference, 7).filter(understood), (operations) => {
        same(name, reference, withoutOrder(operations));
      }),
      { numRuns: 300 },
    );
  });

  test("a claimed order that is right is believed after a look, and a wrong one changes nothing", () => {
    fc.assert(
      fc.property(
        runs(reference, 7),
        fc.array(fc.nat(9), { minLength: 7 }),
        (operations, orders) => {
          const verdict = judged(name, operations);
          const by = verdict.verdict === "valid" ? verdict.objects.map((object) => object.by) : [];
          const hasReturned = operations.some(({ status }) => status === "ok");
          expect(verdict.verdict).toBe("valid");
          if (hasReturned) expect(by).toContain("claimed");
          const shuffled = operations.map((one, at) => ({ ...one, order: orders[at] ?? 0 }));
          expect(judged(name, shuffled).verdict).toBe("valid");
        },
      ),
      { numRuns: 100 },
    );
  });
});

/** Asserts that the verdict is that of brute force, and that what is told of a violation is true. */
function same(name: ModelName, reference: Reference, operations: readonly Operation[]): void {
  const verdict = judged(name, operations);
  expect(verdict.verdict).toBe(isLinearizable(operations, reference) ? "valid" : "violated");
  if (verdict.verdict !== "violated") return;
  const model = models[name] as AnyFileModel;
  const { operations: all } = interpretHistory(makeHistory(operations), model);
  const ours = all.filter(({ input }) => (model.partition?.(input) ?? "") === verdict.key);
  const { blocked, prefix, unplaced } = verdict;
  const end = blocked.status === "ok" ? blocked.return : Infinity;

  // Equal operations are told apart by nothing but their place, so what is compared is what they say.
  const leftOut = without(ours, prefix);
  expect(finish(verifyingOrder(model, prefix, leftOut))).toBeUndefined();
  expect(leftOut.map(String)).toEqual(expect.arrayContaining(unplaced.map(String)));
  expect(unplaced[0]).toBe(blocked);

  const key = (one: Operation): string =>
    model.partition?.(interpretHistory(makeHistory([one]), model).operations[0]?.input) ?? "";
  const object = operations.filter((one) => key(one) === verdict.key);
  const returned = (by: (at: number) => boolean) => (one: Operation) =>
    one.status === "ok" && by(one.return);
  // What had returned before can be explained, also by what had not returned yet. With it, it cannot.
  expect(
    isLinearizable(
      object,
      reference,
      returned((at) => at < end),
    ),
  ).toBe(true);
  expect(
    isLinearizable(
      object,
      reference,
      returned((at) => at <= end),
    ),
  ).toBe(false);
}

function without<T>(all: readonly T[], some: readonly T[]): readonly T[] {
  return all.filter((one) => !some.some((other) => JSON.stringify(other) === JSON.stringify(one)));
}

function withoutOrder(operations: readonly Operation[]): readonly Operation[] {
  return operations.map((operation) => {
    const { order, ...rest } = operation;
    return order === undefined ? operation : rest;
  });
}
