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
import { describe, onTestFinished, vi } from "vitest";
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

/** What an assertion throws in a case that shows nothing: the same with `not` and without. */
function messagesOf(claim: (it: "is" | "isNot") => void): readonly string[] {
  return [messageOf(() => claim("is")), messageOf(() => claim("isNot"))];
}

const NO_SUCCESS = "no operation succeeded, so the history shows nothing";

describe("a matcher that cannot tell fails with not and without", () => {
  const doubtful = { ...run, verdict: "unknown" as const, doubts: ["no fault began", "no crash"] };
  const failedOnly = makeHistory([
    {
      process: "a",
      call: 0,
      return: 1,
      input: { f: "get", key: "k", value: null },
      status: "failed",
    },
  ]);

  test.each([
    ["toConverge", "a run with doubts", doubtful, "no fault began\nno crash"],
    [
      "toConverge",
      "a run with another violation",
      resultOf(["Log Matching"]),
      "another check failed, at 7999 ms: Log Matching: Log Matching is broken",
    ],
    ["toHaveOneLeaderPerTerm", "no leader", led(), "no node led, so the run shows nothing"],
    ["toBeLinearizable", "an empty history", makeHistory([]), NO_SUCCESS],
    ["toBeLinearizable", "only failed operations", failedOnly, NO_SUCCESS],
    ["toBeLinearizable", "a run without operations", led(), NO_SUCCESS],
  ] as const)("%s: %s", (name, _case, subject, message) => {
    const messages = messagesOf((it) =>
      it === "is" ? expect(subject)[name]() : expect(subject).not[name](),
    );
    expect(messages).toEqual([`unknown: ${message}`, `unknown: ${message}`]);
  });

  test("toBeLinearizable, when the search takes too long", () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    onTestFinished(() => void vi.useRealTimers());
    const slow: typeof register = {
      ...register,
      step(...given) {
        vi.advanceTimersByTime(100);
        return register.step(...given);
      },
    };
    const writes = Array.from({ length: 12 }, (_none, at) => ok(`w${at}`, 0, 9, ["write", at]));
    const history = makeHistory([...writes, ok("r", 0, 9, ["read"], 99)]);
    for (const message of messagesOf((it) =>
      it === "is"
        ? expect(history).toBeLinearizable(slow)
        : expect(history).not.toBeLinearizable(slow),
    ))
      expect(message).toMatch(/^unknown: 13 operations, .*time/);
  });

  test("toBeDeterministic, when there is no hash", async () => {
    const empty = (): { hash: string } => ({ hash: "" });
    const message = /^unknown: a run has an empty hash, because its nodes did not agree$/;
    await expect(expect(empty).toBeDeterministic()).rejects.toThrow(message);
    await expect(expect(empty).not.toBeDeterministic()).rejects.toThrow(message);
  });
});

describe("a matcher that can tell holds with not or without", () => {
  test("toConverge", () => {
    for (const check of ["liveness", "agreement", "State Machine Safety"])
      expect(resultOf([check])).not.toConverge();
    expect(messageOf(() => expect(run).not.toConverge())).toMatch(/^all nodes agree after \d+/);
  });

  test("toHaveOneLeaderPerTerm", () => {
    expect(led(["n1", 1], ["n2", 1])).not.toHaveOneLeaderPerTerm();
    expect(messageOf(() => expect(run).not.toHaveOneLeaderPerTerm())).toBe(
      "no term had two leaders",
    );
  });
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
    [led(), "unknown: no node led, so the run shows nothing"],
    [
      { ...led(["n1", 1]), violations: resultOf(["Election Safety"]).violations },
      "Election Safety is broken",
    ],
  ])("%#", (result, message) => {
    const said = toHaveOneLeaderPerTerm(result);
    expect([said.pass, said.message()]).toEqual([message.startsWith("no term"), message]);
  });
});

test("toConverge reports what did not converge", () => {
  const result = resultOf(["Log Matching", "liveness"]);
  expect(messageOf(() => expect(result).toConverge())).toBe("liveness is broken");
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
