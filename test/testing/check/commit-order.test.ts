import { finish, interpretHistory, makeHistory, register, verifyingOrder } from "@kontiki/testing";
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
    ],
    [
      "contradicts real time",
      [
        { ...write1, order: 1 },
        { ...write2, order: 3 },
        { ...read2, order: 2 },
      ],
    ],
    [
      "leaves out an operation that returned",
      [{ ...write1, order: 1 }, write2, { ...read2, order: 2 }],
    ],
  ])("that %s is no verdict: the search decides", (_title, operations) => {
    expect(judged("register", operations)).toMatchObject({
      verdict: "valid",
      objects: [{ by: "search" }],
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
