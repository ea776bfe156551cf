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
  const pool = anything(references[name], 5, { openOfTen: 3 }).map((operations) =>
    operations.flatMap((operation) => interpretedOr(model, operation)),
  );

  test("whether an operation can wait for another one", () => {
    let waited = 0;
    fc.assert(
      fc.property(history, pool, (operations, others) => {
        const [target, ...rest] = others;
        if (target === undefined) return;
        for (const state of statesOf(model, operations)) {
          const waiting = waitingFor(model, target, rest, state);
          if (waiting.size === 0) continue;
          for (const order of ordersTo(model, target, rest, state)) {
            const moved = [
              ...order.filter((one) => !waiting.has(one)),
              ...order.filter((one) => waiting.has(one)),
            ];
            const [end, movedEnd] = [after(model, state, ...order), after(model, state, ...moved)];
            expect(isSame(model, end, movedEnd)).toBe(true);
            if (moved.some((one, at) => one !== order[at])) waited += 1;
          }
        }
      }),
      { numRuns: 300 },
    );
    expect(waited > 0).toBe(model.canWait !== undefined);
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

  test("what the operations of a history can tell apart", () => {
    let alike = 0;
    fc.assert(
      fc.property(history, pool, (operations, others) => {
        const distinctions = model.distinctions?.(others);
        if (distinctions === undefined) return;
        const keyAfter = (state: unknown, one: Some): string | number | undefined => {
          const next = after(model, state, one);
          return next === undefined ? undefined : distinctions.key(next);
        };
        const states = statesOf(model, operations);
        const reached = states.flatMap((state) =>
          others.map((one) => after(model, state, one)).filter((next) => next !== undefined),
        );
        const all = [...states, ...reached];
        for (const [one, other] of pairsWith(all, (state) => distinctions.key(state))) {
          for (const next of others) expect(keyAfter(one, next)).toBe(keyAfter(other, next));
          if (!isSame(model, one, other)) alike += 1;
        }
        const unanswered = others.map(({ input }) => ({ input, output: undefined }));
        for (const [one, other] of pairsWith(unanswered, ({ input }) => distinctions.effect(input)))
          for (const state of all) expect(keyAfter(state, one)).toBe(keyAfter(state, other));
      }),
      { numRuns: 100 },
    );
    expect(alike > 0).toBe(model.distinctions !== undefined);
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

/** Each value with the first one that has the same key, if it has one. */
function pairsWith<T>(
  values: readonly T[],
  keyOf: (value: T) => string | number | undefined,
): readonly (readonly [T, T])[] {
  const first = new Map<string | number, T>();
  return values.flatMap((value) => {
    const key = keyOf(value);
    if (key === undefined) return [];
    const known = first.get(key);
    if (known === undefined) first.set(key, value);
    return known === undefined ? [] : [[known, value] as const];
  });
}

/** The operations that can wait for the target, and for all that cannot. */
function waitingFor(
  model: AnyFileModel,
  target: Some,
  rest: readonly Some[],
  state: unknown,
): ReadonlySet<Some> {
  const waiting = new Set(rest);
  const first = [target];
  for (const other of first) {
    for (const one of waiting) {
      if (model.canWait?.(one, other, state) === true) continue;
      waiting.delete(one);
      first.push(one);
    }
  }
  return waiting;
}

/** All possible orders of some of `rest`, with the target at the end. */
function ordersTo(
  model: AnyFileModel,
  target: Some,
  rest: readonly Some[],
  state: unknown,
): readonly (readonly Some[])[] {
  const end = after(model, state, target) === undefined ? [] : [[target]];
  const longer = rest.flatMap((one) => {
    const next = after(model, state, one);
    if (next === undefined) return [];
    const others = rest.filter((other) => other !== one);
    return ordersTo(model, target, others, next).map((order) => [one, ...order]);
  });
  return [...end, ...longer];
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
