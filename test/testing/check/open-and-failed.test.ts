import {
  checkLinearizable,
  interpretHistory,
  makeHistory,
  models,
  register,
} from "@kontiki/testing";
import { describe, expect, test } from "vitest";
import { failed, judged, ok, open } from "../support/operations.ts";

describe("an operation that never returned", () => {
  test.each([
    ["took effect at once", [ok("b", 1, 2, ["read"], 1)]],
    ["took effect much later", [ok("b", 1, 2, ["read"], null), ok("b", 90, 91, ["read"], 1)]],
    ["never took effect", [ok("b", 1, 2, ["read"], null), ok("b", 90, 91, ["read"], null)]],
  ])("may be one that %s", (_title, reads) => {
    expect(judged("register", [open("a", 0, ["write", 1]), ...reads]).verdict).toBe("valid");
  });

  test("takes effect at most once", () => {
    const reads = [
      ok("b", 2, 3, ["read"], 1),
      ok("b", 4, 5, ["write", 2]),
      ok("b", 6, 7, ["read"], 1),
    ];
    expect(judged("register", [open("a", 0, ["write", 1]), ...reads]).verdict).toBe("violated");
    const twice = [open("a", 0, ["write", 1]), open("a", 5, ["write", 1]), ...reads];
    expect(judged("register", twice).verdict).toBe("valid");
  });

  test("has no effect before its call", () => {
    const operations = [ok("b", 0, 1, ["read"], 1), open("a", 2, ["write", 1])];
    expect(judged("register", operations).verdict).toBe("violated");
  });

  test("may match or not, if it is a compare-and-set", () => {
    const begin = [ok("a", 0, 1, ["write", 1]), open("b", 2, ["cas", [1, 2]])];
    expect(judged("register", [...begin, ok("a", 3, 4, ["read"], 2)]).verdict).toBe("valid");
    expect(judged("register", [...begin, ok("a", 3, 4, ["read"], 1)]).verdict).toBe("valid");
    expect(judged("register", [...begin, ok("a", 3, 4, ["read"], 3)]).verdict).toBe("violated");
  });

  test("need not be placed: all open is valid", () => {
    const operations = [open("a", 0, ["write", 1]), open("b", 0, ["read"])];
    const verdict = judged("register", operations);
    expect(verdict).toMatchObject({ verdict: "valid", objects: [{ order: [] }] });
  });

  test("is used where it is needed, not where it could be used first", () => {
    // A detour through the open write of 1 leads to the same state, but that write is then used up.
    const operations = [
      open("a", 9, ["write", 1]),
      ok("b", 4, 4, ["read"], 1),
      open("c", 1, ["write", 2]),
      ok("d", 5, 14, ["read"], 1),
      ok("e", 6, 12, ["cas", [2, 1]], true),
      open("f", 4, ["write", 1]),
      open("g", 7, ["write", 0]),
    ];
    expect(judged("register", operations).verdict).toBe("valid");
  });

  test("costs little when there are many: equal ones are used in order", () => {
    const writes = Array.from({ length: 60 }, (_, at) => open(`w${at}`, 0, ["write", at % 3]));
    const reads = Array.from({ length: 20 }, (_, at) =>
      ok("r", 2 * at + 1, 2 * at + 2, ["read"], at < 19 ? at % 3 : 7),
    );
    const { verdict, cost } = judged("register", [...writes, ...reads]);
    expect(verdict).toBe("violated");
    expect(cost.steps).toBeLessThan(20_000);
  });
});

test("an operation that failed had no effect", () => {
  const write = failed("a", 0, 1, ["write", 1]);
  expect(judged("register", [write, ok("b", 2, 3, ["read"], null)]).verdict).toBe("valid");
  expect(judged("register", [write, ok("b", 2, 3, ["read"], 1)]).verdict).toBe("violated");
});

describe("times", () => {
  test("that touch make operations concurrent", () => {
    const write = ok("a", 0, 5, ["write", 1]);
    expect(judged("register", [write, ok("b", 5, 6, ["read"], null)]).verdict).toBe("valid");
    expect(judged("register", [write, ok("b", 5, 6, ["read"], 1)]).verdict).toBe("valid");
    expect(judged("register", [write, ok("b", 5.5, 6, ["read"], null)]).verdict).toBe("violated");
  });

  test("may all be the same", () => {
    const operations = [
      ok("a", 0, 0, ["write", 1]),
      ok("b", 0, 0, ["write", 2]),
      ok("c", 0, 0, ["read"], 1),
      ok("d", 0, 0, ["read"], 2),
      ok("e", 0, 0, ["read"], null),
    ];
    expect(judged("register", operations).verdict).toBe("valid");
  });

  test("need not be in order in the history", () => {
    const history = interpretHistory(
      {
        operations: [ok("b", 2, 3, ["read"], 1), ok("a", 0, 1, ["write", 1])],
        marks: [],
        unit: "ms",
      },
      register,
    );
    expect(checkLinearizable(history, register).verdict).toBe("valid");
  });

  test.each([
    [Number.NaN, 1],
    [0, Number.NaN],
    [2, 1],
    [0, Infinity],
    [-Infinity, 0],
  ])("that are not valid are rejected: %d to %d", (call, end) => {
    const operations = [ok("a", call, end, ["read"])];
    expect(() => judged("register", operations)).toThrow("makeHistory: operations[0].");
    const history = { operations, marks: [], unit: "ms" } as const;
    const act = (): unknown =>
      checkLinearizable(interpretHistory(history, models.register), models.register);
    expect(act).toThrow("checkLinearizable: operations[0].");
  });
});

test("an empty history is valid", () => {
  expect(judged("register", [])).toMatchObject({ verdict: "valid", objects: [] });
});

test("a model with a wrong readOnly is detected", () => {
  const wrong = { ...models.register, readOnly: () => true };
  const history = interpretHistory(makeHistory([ok("a", 0, 1, ["write", 1])]), wrong);
  expect(() => checkLinearizable(history, wrong)).toThrow(
    "the model register declares an operation readOnly that changes a state",
  );
});
