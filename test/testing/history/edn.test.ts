import {
  EdnCharacter,
  EdnDecimal,
  EdnFloat,
  EdnKeyword,
  EdnMap,
  EdnRatio,
  EdnSet,
  EdnSymbol,
  EdnTagged,
  parseHistory,
  type History,
  type FailedCas,
  type Value,
} from "@kontiki/testing";
import { describe, expect, test } from "vitest";
import { lineless, linelessHistory } from "../support/operations.ts";

const call = (value: string): string => `{:process 0, :type :invoke, :f :write, :value ${value}}`;

const two = (first: string, second: string): string =>
  `{:process 0 :type :invoke :f :read :value nil ${first}}
     {:process 0 :type :ok :f :read :value nil ${second}}`;

function written(value: string): unknown {
  return parseHistory(call(value), "edn").operations[0]?.input.value;
}

describe("a history in EDN", () => {
  test("is a sequence of maps, or one vector of maps", () => {
    const events = `{:process 0, :type :invoke, :f :get, :key "x", :value nil}
      {:process 0, :type :ok, :f :get, :key "x", :value "v"}`;
    const operations = parseHistory(events, "edn").operations.map(lineless);
    expect(operations).toEqual([
      {
        process: "0",
        call: 0,
        input: { f: "get", key: "x", value: null },
        status: "ok",
        return: 1,
        output: "v",
      },
    ]);
    expect(
      parseHistory(`; a comment\n[${events}] ; another`, "edn").operations.map(lineless),
    ).toEqual(operations);
  });

  test("is in the order of the file, and has the times of the events as its clock", () => {
    const shown = (text: string): unknown => {
      const { unit, clock, operations } = parseHistory(text, "edn");
      return [unit, clock, operations.map((one) => [one.call, one.status === "ok" && one.return])];
    };
    const clock = (...times: readonly number[]): unknown => ({ unit: "ns", times });
    expect(shown(two(":time 5", ":time 9"))).toEqual(["step", clock(5, 9), [[0, 1]]]);
    expect(shown(two(":time 5", ":time 5"))).toEqual(["step", clock(5, 5), [[0, 1]]]);
  });

  test("has no clock when a time is missing or they run backwards", () => {
    expect(parseHistory(two(":time 5", ""), "edn").clock).toBeUndefined();
    expect(parseHistory(two(":time 9", ":time 5"), "edn").clock).toBeUndefined();
  });

  test("is in the order of its indices when the file is not", () => {
    const event = (index: number, rest: string): string => `{:index ${index} :process ${rest}}\n`;
    const events = [
      event(0, "0 :type :invoke :f :write :value 1"),
      event(3, "1 :type :invoke :f :read :value nil"),
      event(7, "0 :type :ok :f :write :value 1"),
      event(8, "1 :type :ok :f :read :value 1"),
    ];
    const read = (text: string): History => linelessHistory(parseHistory(text, "edn"));
    const expected = read(events.join(""));
    expect(expected.operations.map(({ call }) => call)).toEqual([0, 1]);
    expect(read(events.toReversed().join(""))).toEqual(expected);
  });

  test("distinguishes a cas that failed for a reason from one that did not match, if that is observed", () => {
    const cas = (end: string, failedCas: FailedCas): unknown =>
      parseHistory(
        `{:process 0 :type :invoke :f :cas :value [1 2]} {:process 0 :type :fail :f :cas :value [1 2] ${end}}`,
        "edn",
        { failedCas },
      ).operations[0]?.status;
    const ends = ["", ":error :timeout", ":error nil"];
    expect(ends.map((end) => cas(end, "no-effect"))).toEqual(["failed", "failed", "failed"]);
    expect(ends.map((end) => cas(end, "observed"))).toEqual(["ok", "failed", "ok"]);
  });

  test("may have tags, records and skipped forms", () => {
    const text = `#jepsen.history.Op{:index 0, :process 0, :type :invoke, :f :write, :value #_ 7 8, :x #inst "2024"}`;
    expect(parseHistory(text, "edn").operations[0]?.input).toEqual({ f: "write", value: 8 });
  });

  test.each<readonly [text: string, value: Value]>([
    ["nil", null],
    ["true", true],
    ["-1.5", -1.5],
    ["7N", 7],
    ["0x1F", 31],
    ["9007199254740993", 9007199254740993n],
    ["-1.5e2", new EdnFloat(-150)],
    ["##-Inf", -Infinity],
    ["1.50M", new EdnDecimal({ digits: "15", exponent: -1 })],
    ["2/6", new EdnRatio(1n, 3n)],
    ["4/2", 2],
    ['"a\\n\\u00e9\\"\nb"', 'a\né"\nb'],
    [":ok", new EdnKeyword("ok")],
    ["ok", new EdnSymbol("ok")],
    ["\\a", new EdnCharacter("a")],
    ["\\newline", new EdnCharacter("\n")],
    ["[1 [2 nil], ()]", [1, [2, null], []]],
    ["#{2 1}", new EdnSet([1, 2])],
    ['{"a" 1 "b" [2]}', { a: 1, b: [2] }],
    [
      '{:a 1 "b" [2]}',
      new EdnMap([
        ["b", [2]],
        [new EdnKeyword("a"), 1],
      ]),
    ],
    ["#usd 5", new EdnTagged("usd", 5)],
    ['#inst "2024-01-01T01:30:00.50+01:00"', new EdnTagged("inst", "2024-01-01T00:30:00.5Z")],
    ["^{:doc 1} [1]", [1]],
    ["1;2\n", 1],
  ])("value %s", (text, value) => {
    expect(written(text)).toEqual(value);
  });
});

/** A call without an argument, and its end, which gives it. */
const filled = (process: number, f: string, end: "ok" | "info" | "fail"): string =>
  `{:process ${process} :type :invoke :f :${f} :value nil}
{:process ${process} :type :${end} :f :${f} :value 7}`;

describe("what an event of an operation without an argument means", () => {
  test.each([
    ["its :ok gives it", filled(0, "write", "ok"), [7]],
    [
      "it failed",
      "{:process 0 :type :invoke :f :write}\n{:process 0 :type :fail :f :write}",
      [null],
    ],
    [
      "one failed where others are given theirs",
      `${filled(0, "add", "ok")}\n${filled(1, "add", "fail")}`,
      [7, null],
    ],
    ["nil was written, and no :ok gives anything", filled(0, "write", "info"), [null]],
    [
      "another function is given its own",
      `${filled(0, "add", "ok")}\n${filled(1, "write", "info")}`,
      [7, null],
    ],
  ])("%s", (_title, text, values) => {
    expect(parseHistory(text, "edn").operations.map(({ input }) => input.value)).toEqual(values);
  });
});

describe("an index or a time that an event does not have", () => {
  test.each([
    ["nil", ":index nil :time nil", ":index nil :time nil"],
    ["-1, as Jepsen fills them", ":index -1 :time -1", ":index -1 :time -1"],
    ["some and some", ":index 4 :time 9", ":index nil :time nil"],
  ])("is %s", (_title, first, second) => {
    const { operations, clock } = parseHistory(two(first, second), "edn");
    expect(operations.map((one) => [one.call, one.status])).toEqual([[0, "ok"]]);
    expect(clock).toBeUndefined();
  });

  test("may be beyond 2^53", () => {
    const large = two(":index 9007199254740994", ":index 9007199254740993");
    expect(() => parseHistory(large, "edn")).toThrow("ends an operation that it never started");
    const inOrder = two(":index 9007199254740991", ":index 9007199254740993");
    expect(parseHistory(inOrder, "edn").operations).toHaveLength(1);
  });
});

describe("an error in a history in EDN is reported with line and column", () => {
  test.each([
    ["", 1, 1, "the history has no operations"],
    ["[]", 1, 1, "the history has no operations"],
    ["\n\n  {:process 0, :type", 3, 3, '"{" is never closed'],
    ["{:process 0, :type}", 1, 1, "a map has a key without a value"],
    ["[1 2]", 1, 2, "not a map such as {:process 0, :type :invoke, :f :read, :value nil}"],
    [`[${call("1")}`, 1, 2 + call("1").length, "the text ends where a form is expected"],
    [`[${call("1")}] 5`, 1, 4 + call("1").length, "unexpected text after the vector of events"],
    [`${call("1")}\n]`, 2, 1, '"]" has no opening bracket'],
    [call('"abc'), 1, 47, "a string is never closed"],
    [call('"ab\\x"'), 1, 50, '"\\x" is not an escape of EDN'],
    [call("12x"), 1, 47, '"12x" is not a number'],
    [call("1e400"), 1, 47, "1e400 is not exact as a float of 64 bits: write it with the suffix M"],
    [
      call("[1 0.10000000000000001]"),
      1,
      50,
      "0.10000000000000001 is not exact as a float of 64 bits, which keeps 0.1: write it with the suffix M",
    ],
    [call("1e99999999999M"), 1, 47, "the exponent of 1e99999999999M is too large"],
    [call("##NaN"), 1, 47, "##NaN equals nothing, not even itself: no model can judge it"],
    [call("1/0"), 1, 47, "1/0 divides by zero"],
    [call("{:a 1 :a 2}"), 1, 53, "the key :a is twice in a map"],
    [call("#{1 2 1N}"), 1, 53, "1 is twice in a set"],
    [call("\\ab"), 1, 47, '"\\\\ab" is not EDN'],
    [call("^5 []"), 1, 47, "5 is not metadata"],
    [call("#::{:a 1}"), 1, 47, "expected a namespaced map such as #:ns{:a 1}"],
    [call('#inst "2024-02-30"'), 1, 47, "this is not what #inst tags"],
    [call("[#usd]"), 1, 48, "#usd tags nothing"],
    [call("[1 #_ ]"), 1, 50, "#_ has no form to discard"],
    [call(":"), 1, 47, '":" is not EDN'],
    [call(":a:"), 1, 47, '":a:" is not EDN'],
    [call("a::b"), 1, 47, '"a::b" is not EDN'],
    [call("@x"), 1, 47, '"@x" is not EDN'],
    [call("~x"), 1, 47, '"~x" is not EDN'],
    [
      "{:op/process 0 :op/type :invoke :op/f :write :value 1}",
      1,
      1,
      ":value is not in the namespace of the event, as :op/value would be",
    ],
    [
      "{:op/process 0 :op/type :invoke :op/f :write :op/value 1 :index 4}",
      1,
      1,
      ":index is not in the namespace of the event, as :op/index would be",
    ],
    [call("[".repeat(300)), 1, 247, "forms nest deeper than 200"],
    ["{:type :invoke :f :read}", 1, 1, "an event without :process"],
    ["{:process 0 :type :what :f :read}", 1, 1, ":type must be one of :invoke, :ok, :fail, :info"],
    ["{:process 0 :type :invoke}", 1, 1, "an event without :f"],
    ["{:process 0 :type :invoke :f 5}", 1, 1, ":f is not a name such as :read"],
    ["{:process 0 :process 1}", 1, 13, "the key :process is twice in a map"],
    ["{:process 0 :type :invoke :f :read :index 1.5}", 1, 1, ":index is not a whole number"],
    ["{:process 0 :type :invoke :f :read :index :a}", 1, 1, ":index is not a whole number"],
    ["{:process 0 :type :invoke :f :read :time :a}", 1, 1, ":time is not a number"],
    [
      two(":index 9007199254740993", ":index 9007199254740993"),
      2,
      6,
      ":index 9007199254740993 is there twice",
    ],
    [two(":index 1", ":index 1"), 2, 6, ":index 1 is there twice"],
    [two(":index -2", ""), 1, 1, ":index is not a whole number from 0"],
    [
      `${two(":index 5", ":index 4")}\n{:process :nemesis :type :info :f :kill}`,
      3,
      1,
      "no :index, while those of other events are not in the order of the file",
    ],
    [
      two("", "").replace(":value nil }\n", "}\n").replace(":value nil }", "}"),
      2,
      6,
      ":read ended :ok without a :value",
    ],
    [
      two(":key 1", ":key 2"),
      2,
      6,
      "process 0 ends :read of the key 2, but it had started it with the key 1",
    ],
    [
      `${call("1")}\n ${call("2")}`,
      2,
      2,
      "process 0 starts an operation before its last one has ended",
    ],
  ])("%j", (text, line, column, message) => {
    expect(() => parseHistory(text, "edn")).toThrow(
      expect.objectContaining({ name: "HistoryError", message, line, column }),
    );
  });
});

test("the advice for a float with too many digits is right", () => {
  for (const float of ["0.10000000000000001", "9007199254740993.0", "1e400"]) {
    expect(() => written(float)).toThrow("write it with the suffix M");
    expect(written(`${float}M`)).toBeInstanceOf(EdnDecimal);
  }
});
