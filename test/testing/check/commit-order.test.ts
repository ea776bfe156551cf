import {
  finish,
  interpretHistory,
  makeHistory,
  register,
  verifyingOrder,
  type Operation,
} from "@kontiki/testing";
import { describe, expect, test } from "vitest";
import { judged, ok, open } from "../support/operations.ts";

const write1 = ok("a", 0, 10, ["write", 1]);
const write2 = ok("b", 0, 10, ["write", 2]);
const read2 = ok("c", 20, 30, ["read"], 2);

describe("a claimed order", () => {
  test("that is correct needs no search", () => {
    const operations = [
      { ...write1, order: 7 },
      { ...write2, order: 8 },
      { ...read2, order: 9 },
    ];
    expect(judged("register", operations)).toMatchObject({
      verdict: "valid",
      objects: [{ by: "claimed" }],
      cost: { steps: 0 },
    });
  });

  test.each([
    [
      "is not legal",
      [
        { ...write1, order: 2 },
        { ...write2, order: 1 },
        { ...read2, order: 3 },
      ],
      "read -> 2 cannot follow 1",
      2,
    ],
    [
      "contradicts real time",
      [
        { ...write1, order: 1 },
        { ...write2, order: 3 },
        { ...read2, order: 2 },
      ],
      "read -> 2 cannot follow 1",
      2,
    ],
    [
      "contradicts real time alone",
      [
        { ...write1, order: 3 },
        { ...write2, order: 1 },
        { ...read2, order: 2 },
      ],
      "write 1 comes after an operation that was called after it returned",
      0,
    ],
    [
      "leaves out an operation that returned",
      [{ ...write1, order: 1 }, write2, { ...read2, order: 2 }],
      "write 2 returned and has no place in it",
      1,
    ],
  ])("that %s is no verdict: the search decides, and it is told where", (...args) => {
    const [, operations, problem, at] = args;
    expect(judged("register", operations)).toMatchObject({
      verdict: "valid",
      objects: [{ by: "search" }],
      brokenClaims: [{ key: "", problem, operation: { process: operations[at]?.process } }],
    });
  });

  test("that does not hold is told beside every verdict", () => {
    const broken = [
      { ...write1, order: 2 },
      { ...ok("c", 20, 30, ["read"], 3), order: 1 },
    ];
    const claims = [{ key: "", problem: "read -> 3 cannot follow null" }];
    expect(judged("register", broken)).toMatchObject({
      verdict: "violated",
      brokenClaims: claims,
    });
    const memoryBytes = 5000;
    expect(judged("register", broken, { memoryBytes })).toMatchObject({
      verdict: "unknown",
      brokenClaims: claims,
    });
  });

  test("that holds, and none, is not told", () => {
    const operations = [
      { ...write1, order: 7 },
      { ...read2, output: 1, order: 9 },
    ];
    for (const history of [operations, [write1]])
      expect(judged("register", history)).not.toHaveProperty("brokenClaims");
  });

  test("is that of each object", () => {
    const of = (key: string, from: number): Operation[] => [
      { ...ok("a", from, from + 1, ["write", 1, key]), order: from + 2 },
      { ...ok("b", from + 2, from + 3, ["read", null, key], 1), order: from },
    ];
    const history = [...of("x", 0), ...of("y", 10)];
    expect(judged("register", history)).toMatchObject({
      verdict: "valid",
      brokenClaims: [{ key: '"x"' }, { key: '"y"' }],
    });
  });

  test("does not make a violated history valid", () => {
    const operations = [
      { ...write1, order: 1 },
      { ...ok("c", 20, 30, ["read"], 3), order: 2 },
    ];
    expect(judged("register", operations).verdict).toBe("violated");
  });

  test("that leaves out the last operation to return proves nothing", () => {
    const operations = [{ ...write1, order: 1 }, ok("c", 20, 30, ["read"], 7)];
    expect(judged("register", operations).verdict).toBe("violated");
  });

  test("breaks ties by the calls, as for reads at one index of a log", () => {
    const operations = [
      { ...write2, order: 5 },
      { ...read2, order: 5 },
      { ...ok("d", 40, 41, ["read"], 2), order: 5 },
    ];
    expect(judged("register", operations)).toMatchObject({ objects: [{ by: "claimed" }] });
  });

  test("decides whether an open operation took effect", () => {
    const lost = open("x", 0, ["write", 9]);
    const done = { ...open("y", 0, ["write", 2]), order: 1 };
    expect(judged("register", [lost, done, { ...read2, order: 2 }])).toMatchObject({
      objects: [{ by: "claimed", order: [{ process: "y" }, { process: "c" }] }],
    });
  });
});

describe("verifying an order", () => {
  const all = interpretHistory(makeHistory([write1, write2, read2]), register).operations;
  const [one, two, read] = all as [(typeof all)[0], (typeof all)[0], (typeof all)[0]];

  test.each([
    ["legal and in real time", [one, two, read], [], undefined],
    ["not legal", [two, one, read], [], "read -> 2 cannot follow 1"],
    ["illegal because it is late", [one, read, two], [], "read -> 2 cannot follow 1"],
    ["without the value that it reads", [read], [one], "read -> 2 cannot follow null"],
    [
      "too late for an operation that is left out",
      [two, read],
      [one],
      "write 1 is left out, but it returned before the last call of the others",
    ],
    ["early enough for an operation that is left out", [two], [one], undefined],
  ])("%s", (_title, order, leftOut, fault) => {
    expect(finish(verifyingOrder(register, order, leftOut))).toBe(fault);
  });

  test("against real time, though legal", () => {
    expect(finish(verifyingOrder(register, [two, read, one], []))).toBe(
      "write 1 comes after an operation that was called after it returned",
    );
  });
});
