import {
  defineScenario,
  makeHistory,
  planOf,
  register,
  simulate,
  type History,
  type RunResult,
  type Value,
} from "@kontiki/testing";
import { expect, test, toHaveOneLeaderPerTerm } from "@kontiki/testing/vitest";
import { describe } from "vitest";
import { resultOf } from "../support/drawn-plans.ts";
import { ok } from "../support/operations.ts";

const scenario = defineScenario({ name: "matchers", duration: "1s", workload: { perSecond: 10 } });
const run = simulate(planOf(scenario, 1));

function messageOf(claim: () => void): string {
  try {
    claim();
  } catch (error) {
    return (error as Error).message;
  }
  return "(it held)";
}

function led(...terms: readonly (readonly [node: string, term: number])[]): RunResult {
  const marks = terms.map(([node, term], from) => ({ type: "leader" as const, node, term, from }));
  return { ...resultOf([]), history: { operations: [], marks, unit: "ms" } };
}

test("a good run is linearizable, converges, and has one leader per term", () => {
  expect(run).toBeLinearizable();
  expect(run.history).toBeLinearizable();
  expect(run).toConverge();
  expect(run).toHaveOneLeaderPerTerm();
});

describe("toBeLinearizable", () => {
  test("shows the operation that cannot be placed", () => {
    const history = makeHistory([ok("a", 0, 1, ["write", 1]), ok("b", 2, 3, ["read"], 5)]);
    expect(messageOf(() => expect(history).toBeLinearizable(register))).toMatch(
      /^violated: 2 operations, not linearizable as register\n[^]*read -> 5/,
    );
    expect(history).not.toBeLinearizable(register);
  });
});

describe("toBeLinearizable with options", () => {
  const read = (output: Value): History => makeHistory([ok("b", 2, 3, ["read"], output)]);

  test("begins with an initial value", () => {
    expect(read(5)).toBeLinearizable(register, { initial: 5 });
    expect(messageOf(() => expect(read(4)).toBeLinearizable(register, { initial: 5 }))).toMatch(
      /^violated: 1 operation, .*\nread as: the initial value is 5\n/,
    );
  });

  test("takes a read of null as not recorded", () => {
    const history = makeHistory([ok("a", 0, 1, ["write", 5]), ok("b", 2, 3, ["read"], null)]);
    expect(history).toBeLinearizable(register, { unknownReads: true });
    expect(history).not.toBeLinearizable(register);
  });
});

describe("toHaveOneLeaderPerTerm", () => {
  test.each([
    [led(["n1", 1], ["n2", 2], ["n1", 3]), "no term had two leaders"],
    [led(["n1", 1], ["n1", 1]), "no term had two leaders"],
    [led(["n1", 1], ["n2", 2], ["n3", 2]), "n2 and n3 led in term 2"],
    [led(), "no node led, so the run shows nothing"],
    [
      { ...led(["n1", 1]), violations: resultOf(["Election Safety"]).violations },
      "Election Safety is broken",
    ],
  ])("%#", (result, message) => {
    const said = toHaveOneLeaderPerTerm(result);
    expect([said.pass, said.message()]).toEqual([message.startsWith("no term"), message]);
  });
});

describe("toConverge", () => {
  test("reports what did not converge, or what ended the run first", () => {
    expect(messageOf(() => expect(resultOf(["liveness"])).toConverge())).toBe("liveness is broken");
    expect(messageOf(() => expect(resultOf(["Log Matching"])).toConverge())).toBe(
      "the run ended early, at 7999 ms: Log Matching: Log Matching is broken",
    );
  });
});

describe("toBeDeterministic", () => {
  test("holds for scenarios, plans and functions that depend only on the seed", async () => {
    await expect(scenario).toBeDeterministic();
    await expect(planOf(scenario, 7)).toBeDeterministic();
    await expect(() => simulate(planOf(scenario, 3))).toBeDeterministic();
  });

  test.each([() => ({}), () => undefined, 5, {}, null])(
    "refuses what is no run: %o",
    async (it) => {
      await expect(expect(it).toBeDeterministic()).rejects.toThrow(
        /^toBeDeterministic was given .*: give a plan, a scenario, or a function/,
      );
      await expect(expect(it).not.toBeDeterministic()).rejects.toThrow(/^toBeDeterministic was/);
    },
  );

  test("does not hold for anything that depends on more than the seed", async () => {
    let seed = 0;
    const varied = (): RunResult => simulate(planOf(scenario, (seed += 1)));
    await expect(varied).not.toBeDeterministic();
    await expect(expect(varied).toBeDeterministic()).rejects.toThrow(
      /^two runs of the same plan differ: [\da-f]+ and [\da-f]+\. The run depends on something outside the simulation/,
    );
  });
});
