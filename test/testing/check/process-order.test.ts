import {
  checkLinearizable,
  finish,
  interpretHistory,
  jsonlLines,
  makeHistory,
  models,
  parseHistory,
  register,
  verifyingOrder,
  type AnyFileModel,
  type ModelName,
  type Operation,
} from "@kontiki/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anything } from "../support/arbitraries.ts";
import { isLinearizable } from "../support/brute-force.ts";
import { judged, lineless, ok, open } from "../support/operations.ts";
import { references, type Reference } from "../support/reference.ts";

const names = Object.keys(references) as ModelName[];

function textOf(operations: readonly Operation[]): string {
  return operations
    .map(({ input, ...rest }) => JSON.stringify({ type: "operation", ...input, ...rest }))
    .join("\n");
}

function verdictOf(name: ModelName, operations: readonly Operation[]): string {
  const model: AnyFileModel = models[name];
  const history = parseHistory(textOf(operations), "jsonl");
  return checkLinearizable(interpretHistory(history, model), model).verdict;
}

/** Each process runs one operation after another by a clock so coarse that most of its times are equal. */
function sequential(reference: Reference): fc.Arbitrary<readonly Operation[]> {
  const one = reference.question.chain((asked) =>
    fc.record({
      asked: fc.constant(asked),
      waits: fc.constantFrom(0, 0, 0, 1),
      lasts: fc.constantFrom(0, 0, 1),
      answer: reference.answer(asked[0], asked[1]),
    }),
  );
  const ofProcess = fc.record({
    all: fc.array(one, { maxLength: 3, size: "max" }),
    neverEnds: fc.nat(3).map((chance) => chance === 0),
  });
  return fc.tuple(ofProcess, ofProcess, ofProcess).map((processes) =>
    processes.flatMap(({ all, neverEnds }, process) => {
      let now = 0;
      return all.map(({ asked, waits, lasts, answer }, at) => {
        const call = now + waits;
        now = call + lasts;
        const name = `p${process}`;
        return neverEnds && at === all.length - 1
          ? open(name, call, asked)
          : ok(name, call, now, asked, answer);
      });
    }),
  );
}

/** The operations on each key. */
function objectsOf(operations: readonly Operation[]): readonly (readonly Operation[])[] {
  const keys = new Set(operations.map(({ input }) => input.key));
  return [...keys].map((key) => operations.filter(({ input }) => input.key === key));
}

describe.each(names)("%s", (name) => {
  const reference = references[name];

  test("a history by a coarse clock gets the verdict of brute force with the order of processes", () => {
    fc.assert(
      fc.property(
        sequential(reference).filter((all) => all.length > 0),
        (operations) => {
          const turned = operations.map((one, at) => ({ ...one, turn: at }));
          const isValid = objectsOf(turned).every((object) => isLinearizable(object, reference));
          expect(verdictOf(name, operations)).toBe(isValid ? "valid" : "violated");
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("two operations of one process whose times touch", () => {
  test("are in the order of their times", () => {
    const write = ok("a", 0, 5, ["write", 1]);
    expect(verdictOf("register", [write, ok("a", 5, 9, ["read"], null)])).toBe("violated");
    expect(verdictOf("register", [ok("a", 5, 9, ["read"], null), write])).toBe("violated");
    expect(verdictOf("register", [write, ok("b", 5, 9, ["read"], null)])).toBe("valid");
  });

  test("are in the order of their lines when all their times are equal", () => {
    const write = ok("a", 5, 5, ["write", 1]);
    expect(verdictOf("register", [write, ok("a", 5, 5, ["read"], null)])).toBe("violated");
    expect(verdictOf("register", [ok("a", 5, 5, ["read"], null), write])).toBe("valid");
  });

  test("bind one that never returned, and no other with the same request", () => {
    // b reads 1, so that the write of 1 is before the write of 2, and a has read 2 before it writes.
    const others = [
      ok("a", 5, 5, ["read"], 2),
      ok("b", 5, 5, ["read"], 1),
      ok("b", 5, 5, ["read"], 2),
      ok("d", 5, 5, ["write", 2]),
    ];
    const bound = open("a", 5, ["write", 1]);
    expect(verdictOf("register", [...others, bound])).toBe("violated");
    expect(verdictOf("register", [...others, bound, open("c", 5, ["write", 1])])).toBe("valid");
  });

  test("are judged for each object by itself: a contradiction across two objects is not found", () => {
    // Each process reads what the other writes only afterwards. Finer times would leave an interval order, of which the
    // order on each object is enough.
    const operations = [
      ok("a", 5, 5, ["read", null, "x"], 1),
      ok("a", 5, 5, ["write", 1, "y"]),
      ok("b", 5, 5, ["read", null, "y"], 1),
      ok("b", 5, 5, ["write", 1, "x"]),
    ];
    expect(verdictOf("register", operations)).toBe("valid");
  });
});

test("a claimed order must respect the order of a process", () => {
  const write = { ...ok("a", 5, 5, ["write", 1]), turn: 0 };
  const read = { ...ok("a", 5, 5, ["read"], null), turn: 1 };
  const { operations } = interpretHistory(
    { operations: [write, read], marks: [], unit: "ms" },
    register,
  );
  const [one, two] = operations as [(typeof operations)[0], (typeof operations)[0]];
  expect(finish(verifyingOrder(register, [two, one], []))).toBe(
    "write 1 comes after a later operation of its process",
  );
  expect(finish(verifyingOrder(register, [two], [one]))).toBe(
    "write 1 is left out, but a later operation of its process is not",
  );
});

test("a history whose clients overlap is written so that each process runs one operation at a time", () => {
  fc.assert(
    fc.property(
      anything(references.register, 12).filter((all) => all.length > 0),
      (operations) => {
        const history = makeHistory(operations);
        const read = parseHistory([...jsonlLines(history)].join("\n"), "jsonl");
        const known = (one: Operation): unknown => ({ ...lineless(one), process: undefined });
        expect(read.operations.map(known)).toEqual(history.operations.map(known));
        expect(judged("register", operations).verdict).toBe(
          checkLinearizable(interpretHistory(read, register), register).verdict,
        );
      },
    ),
    { numRuns: 200 },
  );
  const names = [
    open("a", 0, ["read"]),
    ok("a", 1, 2, ["read"]),
    ok("a (2)", 1, 2, ["read"]),
    ok("a", 2, 4, ["read"]),
    ok("a", 5, 6, ["read"]),
  ];
  const written = [...jsonlLines(makeHistory(names))].slice(1);
  expect(written.map((text) => (JSON.parse(text) as Operation).process)).toEqual([
    "a",
    "a (3)",
    "a (2)",
    "a (4)",
    "a (3)",
  ]);
});

describe("JSON lines in which a process runs two operations at once are rejected", () => {
  test.each([
    [
      "both returned",
      ok("a", 0, 5, ["read"]),
      ok("a", 4, 6, ["read"]),
      "before that of line 1 has returned",
    ],
    [
      "one never returned",
      open("a", 0, ["read"]),
      ok("a", 4, 6, ["read"]),
      "but that of line 1 never returned: a client that continues needs another name",
    ],
    [
      "both never returned",
      open("a", 0, ["read"]),
      open("a", 4, ["read"]),
      "but that of line 1 never returned: a client that continues needs another name",
    ],
  ])("%s", (_title, one, other, why) => {
    const message = `process a calls an operation at 4, ${why}`;
    expect(() => parseHistory(textOf([one, other]), "jsonl")).toThrow(
      expect.objectContaining({ name: "HistoryError", message, line: 2 }),
    );
  });
});
