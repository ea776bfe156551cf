import {
  checkLinearizable,
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
  test("a history that follows some order is valid", () => {
    fc.assert(
      fc.property(runs(reference, 60), (operations) => {
        expect(judged(name, withoutOrder(operations)).verdict).toBe("valid");
      }),
      { numRuns: 60 },
    );
  });

  test("any tiny history gets the verdict of brute force", () => {
    fc.assert(
      fc.property(anything(reference, 6).filter(understood), (operations) =>
        same(name, reference, operations),
      ),
      { numRuns: 600 },
    );
  });

  test("so does one with long operations, many of them open", () => {
    const histories = anything(reference, 7, { longest: 11, openOfTen: 4 }).filter(understood);
    fc.assert(
      fc.property(histories, (operations) => same(name, reference, operations)),
      { numRuns: 600 },
    );
  });

  test("a run with one changed output gets the verdict of brute force", () => {
    fc.assert(
      fc.property(spoiledRuns(reference, 7).filter(understood), (operations) => {
        same(name, reference, withoutOrder(operations));
      }),
      { numRuns: 300 },
    );
  });

  test("a correct claimed order is accepted once verified, and a wrong one changes nothing", () => {
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

/** Asserts that the verdict is that of brute force, and that the details of a violation are true. */
function same(name: ModelName, reference: Reference, recorded: readonly Operation[]): void {
  const model: AnyFileModel = models[name];
  const history = makeHistory(recorded);
  const { operations } = interpretHistory(history, model);
  const verdict = checkLinearizable({ ...history, operations }, model);
  expect(verdict.verdict).toBe(isLinearizable(recorded, reference) ? "valid" : "violated");
  if (verdict.verdict !== "violated") return;

  const { blocked, prefix, unplaced, key } = verdict;
  const isOurs = (one: (typeof operations)[number]): boolean =>
    (model.partition?.(one.input) ?? "") === key;
  const leftOut = operations.filter((one) => isOurs(one) && !prefix.includes(one));
  expect(finish(verifyingOrder(model, prefix, leftOut))).toBeUndefined();
  expect(unplaced[0]).toBe(blocked);
  expect(unplaced.filter((one) => !leftOut.includes(one))).toEqual([]);

  const end = blocked.status === "ok" ? blocked.return : Infinity;
  const object = history.operations.filter((_, at) => operations.slice(at, at + 1).some(isOurs));
  const explained = (isNeeded: (at: number) => boolean): boolean =>
    isLinearizable(object, reference, (one) => one.status === "ok" && isNeeded(one.return));
  // The operations that returned before can be explained, with the help of running ones. Together with it, they cannot.
  expect(explained((at) => at < end)).toBe(true);
  expect(explained((at) => at <= end)).toBe(false);
}

function withoutOrder(operations: readonly Operation[]): readonly Operation[] {
  return operations.map((operation) => {
    const { order, ...rest } = operation;
    return order === undefined ? operation : rest;
  });
}
