import {
  EdnDecimal,
  EdnKeyword,
  EdnSet,
  formatOf,
  jsonlLines,
  makeHistory,
  parseHistory,
  type History,
  type Value,
} from "@kontiki/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { linelessHistory } from "../support/operations.ts";

const line = (fields: object): string =>
  JSON.stringify({
    type: "operation",
    process: "c",
    f: "read",
    call: 0,
    status: "open",
    ...fields,
  });

describe("JSON lines", () => {
  test("hold operations and marks", () => {
    const text = `{"type":"history","version":1,"unit":"ms"}
{"type":"operation","process":"c1","f":"write","key":"x","value":3,"call":0,"return":4.5,"status":"ok","output":null,"order":7}

{"type":"operation","process":"c2","f":"read","key":"x","call":-1,"status":"open"}
{"type":"operation","process":"c3","f":"read","call":2,"return":2,"status":"failed"}
{"type":"fault","text":"n1 cut off","node":"n1","from":3,"to":9}
{"type":"leader","node":"n2","term":4,"from":5}
`;
    expect(linelessHistory(parseHistory(text, "jsonl"))).toEqual({
      unit: "ms",
      operations: [
        { process: "c2", call: -1, input: { f: "read", key: "x", value: null }, status: "open" },
        {
          process: "c1",
          call: 0,
          input: { f: "write", key: "x", value: 3 },
          status: "ok",
          return: 4.5,
          output: null,
          order: 7,
        },
        { process: "c3", call: 2, input: { f: "read", value: null }, status: "failed", return: 2 },
      ],
      marks: [
        { type: "fault", text: "n1 cut off", node: "n1", from: 3, to: 9 },
        { type: "leader", node: "n2", term: 4, from: 5 },
      ],
    });
  });

  test("read back as the history that was written", () => {
    fc.assert(
      fc.property(histories, (history) => {
        const text = [...jsonlLines(history)].join("\n");
        const { reading: _, ...read } = parseHistory(text, "jsonl", { independent: false });
        expect(linelessHistory(read)).toEqual(history);
        expect(formatOf(text)).toBe("jsonl");
      }),
      { numRuns: 300 },
    );
  });
});

describe("what is written as JSON lines", () => {
  const written = (value: Value): Value | undefined => {
    const operations = [
      { process: "c", call: 0, input: { f: "f", value }, status: "open" } as const,
    ];
    const text = [...jsonlLines(makeHistory(operations))].join("\n");
    return parseHistory(text, "jsonl").operations[0]?.input.value;
  };

  test.each<Value>([
    9007199254740993n,
    new EdnDecimal({ digits: "10000000000000000000001", exponent: -22 }),
    JSON.parse('{"__proto__":[1]}') as Value,
  ])("keeps %s", (value) => {
    expect(written(value)).toEqual(value);
  });

  test.each<[Value, string]>([
    [new EdnKeyword("a"), ":a"],
    [[new EdnSet([1])], "#{1}"],
    [new EdnDecimal({ digits: "15", exponent: -1 }), "1.5M"],
    [Infinity, "##Inf"],
  ])("refuses %s, which JSON does not have", (value, text) => {
    expect(() => written(value)).toThrow(`JSON has no value ${text}`);
  });
});

const number = fc.integer({ min: -1000, max: 1000 }).map((thousandths) => thousandths / 8);
// JSON has no negative zero, and integers beyond 2^53 are rejected.
const value = fc
  .jsonValue({ maxDepth: 2 })
  .map((json) => JSON.parse(JSON.stringify(json)) as Value)
  .filter((json) => !/e[+-]?\d|\d{16}/.test(JSON.stringify(json)));
const ending = fc.oneof(
  fc.record({ status: fc.constant("ok" as const), return: fc.constant(200), output: value }),
  fc.record({ status: fc.constant("failed" as const), return: fc.constant(200) }),
  fc.record({ status: fc.constant("open" as const) }),
);
const operation = fc
  .tuple(fc.string(), number, fc.string(), fc.option(value, { nil: undefined }), value, ending)
  .map(([process, call, f, key, argument, end]) => ({
    process,
    call,
    input: key === undefined ? { f, value: argument } : { f, key, value: argument },
    ...end,
  }));
const histories: fc.Arbitrary<History> = fc
  // They overlap, so each has a process of its own.
  .uniqueArray(operation, { minLength: 1, maxLength: 5, selector: ({ process }) => process })
  .map((operations) =>
    makeHistory(operations, { unit: "us", marks: [{ type: "leader", node: "n", from: 1 }] }),
  );

describe("an error in a line is reported with line and column", () => {
  test.each([
    ["", 1, 1, "the history has no operations"],
    ["hello", 1, 1, "this is not JSON"],
    ['{"type":"operation",}', 1, 21, "this is not JSON"],
    [`${line({})}\n{"type":"oper`, 2, 9, "this is not JSON"],
    [
      `${line({})}\n{"type":"operation"`,
      2,
      20,
      "the line ends within its JSON: each line has one object",
    ],
    [`${line({})} x`, 1, line({}).length + 2, "this is not JSON"],
    ['{"a":"\t"}', 1, 6, "this is not JSON"],
    ["[1]", 1, 1, "not a JSON object: each line has one"],
    [`[${line({})}]`, 1, 1, "not a JSON object: each line has one"],
    ["{}", 1, 1, '"type" is missing'],
    ['{"type":"what"}', 1, 2, '"type" must be one of history, operation, fault, leader'],
    [line({ call: "soon" }), 1, 46, '"call" is not a number'],
    [line({ call: null }), 1, 46, '"call" is not a number'],
    [line({ order: "0" }), 1, 71, '"order" must be a number'],
    [
      line({ value: 5 }).replace("5", "1e99999999999"),
      1,
      79,
      "the exponent of 1e99999999999 is too large",
    ],
    [
      line({ order: 5 }).replace("5", "9007199254740993"),
      1,
      71,
      '"order" is too large or too fine: 9007199254740993',
    ],
    ['{"value":{"a":1,"\\u0061":2}}', 1, 17, 'the name "a" is twice in an object'],
    [line({ f: "read", x: 1 }).replace('"x"', '"f"'), 1, 71, 'the name "f" is twice in an object'],
    [line({ process: 7 }), 1, 21, '"process" must be a string, such as "7"'],
    [line({ process: null }), 1, 21, '"process" must be a string'],
    [line({ status: "ok" }), 1, 1, '"return" is missing'],
    [line({ status: "ok", call: 5, return: 4 }), 1, 69, '"return" 4 is before "call" 5'],
    [line({ ouput: 4 }), 1, 71, '"ouput" does not belong here'],
    [line({ return: 4 }), 1, 71, '"return" does not belong here'],
    [
      `${line({})}\n{"type":"history","version":1,"unit":"ms"}`,
      2,
      2,
      '"history" is only allowed in the first line',
    ],
    ['{"type":"history","version":2,"unit":"ms"}', 1, 19, "only version 1 is supported"],
    ['{"type":"fault","text":"t","from":3,"to":2}', 1, 37, '"to" 2 is before "from" 3'],
  ])("%j", (text, lineNumber, column, message) => {
    expect(() => parseHistory(text, "jsonl")).toThrow(
      expect.objectContaining({ name: "HistoryError", message, line: lineNumber, column }),
    );
  });

  test("reports a column wherever the JSON is broken", () => {
    const whole = line({ value: { a: [1, -2.5e3, "\\u00e9\n", true, null, {}, []] } });
    fc.assert(
      fc.property(
        fc.nat(whole.length - 1),
        fc.constantFrom("", "x", '"', ",", "}", "]", ":"),
        (at, put) => {
          const text = whole.slice(0, at) + put + whole.slice(at + 1);
          let isJson = true;
          try {
            JSON.parse(text);
          } catch {
            isJson = false;
          }
          const broken = /not JSON|ends within/;
          if (isJson) expect(() => parseHistory(text, "jsonl")).not.toThrow(broken);
          else expect(() => parseHistory(text, "jsonl")).toThrow(broken);
        },
      ),
      { numRuns: 500 },
    );
  });
});

test.each([
  ['{"type":"history"}', "jsonl"],
  ["  {\n :process 0}", "edn"],
  ["[{:process 0}]", "edn"],
  ["; c\n#jepsen.history.Op{:process 0}", "edn"],
  ["(#_ {} ^:x #:op{:process 0}", "edn"],
  ['[{"process": 0}]', "jsonl"],
  ["[1]", undefined],
  [`${"#_".repeat(9)}1`, undefined],
  ["INFO  jepsen.util - 0\t:invoke", "jepsen"],
  ["INFO [2024] jepsen core - hello", "jepsen"],
  ["hello", undefined],
  ["", undefined],
])("the format of %j is %s", (text, format) => {
  expect(formatOf(text)).toBe(format);
});
