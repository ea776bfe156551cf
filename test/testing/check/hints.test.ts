import {
  checkLinearizable,
  interpretHistory,
  makeHistory,
  models,
  OverwritesError,
  type AnyFileModel,
  type Interpreted,
  type Model,
  type ModelName,
  type Operation,
} from "@kontiki/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anything, runs } from "../support/arbitraries.ts";
import { isLinearizable } from "../support/brute-force.ts";
import { ok, open } from "../support/operations.ts";
import { references } from "../support/reference.ts";

/*
 * What a model tells the search about its operations. A wrong hint would give a wrong verdict, so each is compared with its
 * definition.
 */

const names = Object.keys(references) as ModelName[];

describe.each(names)("the hints of %s", (name) => {
  const model: AnyFileModel = models[name];
  const history = runs(references[name], 8).filter((operations) => operations.length > 0);
  const pool = anything(references[name], 6, { openOfTen: 3 }).map((operations) =>
    operations.flatMap((operation) => interpretedOr(model, operation)),
  );

  test("whether two operations commute", () => {
    let commuting = 0;
    fc.assert(
      fc.property(history, pool, (operations, others) => {
        for (const state of statesOf(model, operations)) {
          for (const one of others) {
            for (const other of others) {
              if (model.commute?.(one, other) !== true) continue;
              commuting += 1;
              const [first, second] = [
                after(model, state, one, other),
                after(model, state, other, one),
              ];
              expect(isSame(model, first, second)).toBe(true);
            }
          }
        }
      }),
      { numRuns: 100 },
    );
    expect(commuting > 0).toBe(model.commute !== undefined);
  });

  test("whether an operation overwrites every state", () => {
    fc.assert(
      fc.property(history, pool, (operations, others) => {
        const states = statesOf(model, operations);
        for (const one of others) {
          if (model.overwrites?.(one.input, one.output) !== true) continue;
          const [first, ...more] = states.map((state) => after(model, state, one));
          expect(first).toBeDefined();
          for (const state of more) expect(isSame(model, first, state)).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });

  test("whether two states are the same", () => {
    // A hash of one value for all states leaves the decision to `same`.
    if (model.same === undefined) return;
    const blind: AnyFileModel = { ...model, key: () => 0 };
    fc.assert(
      fc.property(anything(references[name], 6, { longest: 9, openOfTen: 3 }), (operations) => {
        const known = operations.filter((one) => interpretedOr(model, one).length > 0);
        const { verdict } = checkLinearizable(interpretHistory(makeHistory(known), blind), blind);
        const expected = isLinearizable(known, references[name]) ? "valid" : "violated";
        expect(verdict).toBe(expected);
      }),
      { numRuns: 100 },
    );
  });
});

describe("a model that says too much", () => {
  const cell: Model<number, number, null> = {
    name: "sum",
    init: 0,
    step: (state, input) => (input === 100 ? undefined : state + input),
    key: (state) => state,
    overwrites: (input) => input !== 100,
    describe: String,
    describeState: String,
  };

  test("is refused when an operation does not overwrite the state", () => {
    // The last one is never possible, so all orders of the others are tried.
    const adds = [1, 2, 3, 100].map((input) => ({
      process: `p${input}`,
      call: input === 100 ? 10 : 0,
      input,
      status: "ok" as const,
      return: input === 100 ? 11 : 9,
      output: null,
    }));
    const checked = (): unknown => checkLinearizable(makeHistory(adds), cell);
    expect(checked).toThrow(OverwritesError);
    expect(checked).toThrow(
      "the model sum declares that an operation overwrites every state, but its result depends on the state",
    );
  });
});

describe("operations that overwrite the state", () => {
  test("can take effect unseen, even with many that never returned", () => {
    const writes = Array.from({ length: 60 }, (_, at) => ok(`w${at}`, 0, 100, ["write", at]));
    const lost = Array.from({ length: 60 }, (_, at) => open(`l${at}`, 0, ["write", 100 + at]));
    const read = (value: number): Operation => ok("r", 200, 201, ["read"], value);
    const judge = (value: number): ReturnType<typeof checkLinearizable> => {
      const history = interpretHistory(
        makeHistory([...writes, ...lost, read(value)]),
        models.register,
      );
      return checkLinearizable(history, models.register);
    };
    expect(judge(7)).toMatchObject({ verdict: "valid" });
    expect(judge(107)).toMatchObject({ verdict: "valid" });
    const { verdict, cost } = judge(-1);
    expect(verdict).toBe("violated");
    expect(cost.steps).toBeLessThan(500_000);
  });
});

type Some = Interpreted<unknown, unknown>;

function interpretedOr(model: AnyFileModel, operation: Operation): readonly Some[] {
  try {
    const { operations } = interpretHistory(makeHistory([operation]), model);
    return operations.map((one) => ({
      input: one.input,
      output: one.status === "ok" ? one.output : undefined,
    }));
  } catch {
    return [];
  }
}

/** The states that a run of the object goes through. */
function statesOf(model: AnyFileModel, operations: readonly Operation[]): readonly unknown[] {
  const states = [model.init];
  for (const operation of operations) {
    for (const { input } of interpretedOr(model, operation)) {
      const next = model.step(states.at(-1), input, undefined);
      if (next !== undefined) states.push(next);
    }
  }
  return states;
}

function after(model: AnyFileModel, start: unknown, ...operations: readonly Some[]): unknown {
  let state = start;
  for (const { input, output } of operations) {
    if (state === undefined) return undefined;
    state = model.step(state, input, output);
  }
  return state;
}

function isSame(model: AnyFileModel, one: unknown, other: unknown): boolean {
  if (one === undefined || other === undefined) return one === other;
  return model.key(one) === model.key(other) && model.same?.(one, other) !== false;
}
