import { finish, interpretHistory, makeHistory, register, verifyingOrder } from "@kontiki/testing";
import { describe, expect, test } from "vitest";
import { judged, ok, open } from "../support/operations.ts";

const write1 = ok("a", 0, 10, ["write", 1]);
const write2 = ok("b", 0, 10, ["write", 2]);
const read2 = ok("c", 20, 30, ["read"], 2);

describe("a claimed order", () => {
  test("that is right needs no search", () => {
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
      "is against real time",
      [
        { ...write1, order: 1 },
        { ...write2, order: 3 },
        { ...read2, order: 2 },
      ],
    ],
    ["leaves out what returned", [{ ...write1, order: 1 }, write2, { ...read2, order: 2 }]],
  ])("that %s is no verdict: the search decides", (_title, operations) => {
    expect(judged("register", operations)).toMatchObject({
      verdict: "valid",
      objects: [{ by: "search" }],
    });
  });

  test("does not save a history that is violated", () => {
    const operations = [
      { ...write1, order: 1 },
      { ...ok("c", 20, 30, ["read"], 3), order: 2 },
    ];
    expect(judged("register", operations).verdict).toBe("violated");
  });

  test("that leaves out what returned at the very end vouches for nothing", () => {
    const operations = [{ ...write1, order: 1 }, ok("c", 20, 30, ["read"], 7)];
    expect(judged("register", operations).verdict).toBe("violated");
  });

  test("of equal places goes by the calls, as reads at one index of a log do", () => {
    const operations = [
      { ...write2, order: 5 },
      { ...read2, order: 5 },
      { ...ok("d", 40, 41, ["read"], 2), order: 5 },
    ];
    expect(judged("register", operations)).toMatchObject({ objects: [{ by: "claimed" }] });
  });

  test("tells whether what never returned took effect", () => {
    const lost = open("x", 0, ["write", 9]);
    const done = { ...open("y", 0, ["write", 2]), order: 1 };
    expect(judged("register", [lost, done, { ...read2, order: 2 }])).toMatchObject({
      objects: [{ by: "claimed", order: [{ process: "y" }, { process: "c" }] }],
    });
  });
});

describe("an order is verified", () => {
  const all = interpretHistory(makeHistory([write1, write2, read2]), register).operations;
  const [one, two, read] = all as [(typeof all)[0], (typeof all)[0], (typeof all)[0]];

  test.each([
    ["legal and in time", [one, two, read], [], undefined],
    ["not legal", [two, one, read], [], "read -> 2 cannot follow 1"],
    ["not in time", [one, read, two], [], "read -> 2 cannot follow 1"],
    ["out of time", [read], [one], "read -> 2 cannot follow null"],
    [
      "out of time for what is left out",
      [two, read],
      [one],
      "write 1 is left out, but had returned before all the others were called",
    ],
    ["early enough for what is left out", [two], [one], undefined],
  ])("%s", (_title, order, leftOut, fault) => {
    expect(finish(verifyingOrder(register, order, leftOut))).toBe(fault);
  });

  test("not in time, though legal", () => {
    expect(finish(verifyingOrder(register, [two, read, one], []))).toBe(
      "write 1 stands behind an operation that was called after it had returned",
    );
  });
});
