import { formatOf, models, parseHistory, type AnyFileModel } from "@kontiki/testing";
import { checkLinearizable, interpretHistory } from "@kontiki/testing";
import { describe, expect, test } from "vitest";
import { linelessHistory } from "../support/operations.ts";

const EVENTS = [
  "{:index 0, :process 0, :type :invoke, :f :write, :value 3}",
  "{:index 1, :process 0, :type :ok, :f :write, :value 3}",
  "{:index 2, :process 1, :type :invoke, :f :read, :value nil}",
  "{:index 3, :process 1, :type :ok, :f :read, :value 3}",
];
const records = EVENTS.map((event) => `#jepsen.history.Op${event}`);
const namespaced = EVENTS.map((event) => `#:op${event}`);

describe("a history in EDN", () => {
  test.each([
    ["a map a line", EVENTS.join("\n")],
    ["with Windows line ends", EVENTS.join("\r\n")],
    ["with a byte order mark", `\ufeff${EVENTS.join("\n")}`],
    ["a vector of maps", `[${EVENTS.join(" ")}]`],
    ["a list of maps", `(${EVENTS.join("\n")})`],
    ["records", records.join("\n")],
    ["a vector of records", `[${records.join("\n ")}]`],
    ["a tagged vector", `#jepsen.history/dense [${records.join("\n ")}]`],
    ["a vector with metadata", `^{:name "x"} [${EVENTS.join(" ")}]`],
    ["maps in a namespace", namespaced.join("\n")],
    ["after a comment and discarded forms", `; a test\r\n#_ #_ 1 [2] ${EVENTS.join("\n")} #_ {}`],
  ])("may be %s", (_title, text) => {
    expect(formatOf(text)).toBe("edn");
    expect(linelessHistory(parseHistory(text, "edn"))).toEqual({
      unit: "step",
      reading: { failedCas: "no-effect" },
      marks: [],
      operations: [
        {
          process: "0",
          call: 0,
          input: { f: "write", value: 3 },
          status: "ok",
          return: 1,
          output: 3,
        },
        {
          process: "1",
          call: 2,
          input: { f: "read", value: null },
          status: "ok",
          return: 3,
          output: 3,
        },
      ],
    });
  });

  test("distinguishes processes of different types", () => {
    const text = ['"0"', "0", ":0", "n0"]
      .map((process) => `{:process ${process}, :type :invoke, :f :read}`)
      .join("\n");
    const { operations } = parseHistory(text, "edn");
    expect(operations.map(({ process }) => process)).toEqual(['"0"', "0", ":0", "'n0"]);
  });

  test.each([
    ["nil"],
    ['{:n1 #{:n2}, "n1" [1 1]}'],
    ["##NaN"],
    ["[0.12345678901234567890 1/0 #{1 1} {:a 1 :a 2}]"],
    ['#object[java.lang.Object 0x5e5d "x"]'],
    ['[#"regex" #\'some/var #(inc 1)]'],
    [
      '#error {:cause "x" :via [{:type java.net.SocketException :at [a.b$c__1 <init> "f.clj" 12]}]}',
    ],
    [`${"#_ ".repeat(50_000)} ${"1 ".repeat(50_000)} 2`],
  ])("may have a nemesis with the value %.60s", (value) => {
    const nemesis = `{:process :nemesis, :type :info, :f :start, :value ${value}}`;
    const { operations, marks } = parseHistory([...EVENTS, nemesis].join("\n"), "edn");
    expect(operations).toHaveLength(2);
    expect(marks).toEqual([{ type: "fault", text: "fault", from: 4 }]);
  });

  test("may have any content in fields that are not judged", () => {
    const text = `${EVENTS[0]} {:process 0 :type :info :f :write :value [##NaN] :error #"x" :node 1/0}`;
    expect(parseHistory(text, "edn").operations[0]?.status).toBe("open");
  });
});

describe("text that is nested or long does not exhaust the stack", () => {
  const write = (value: string): string =>
    `{:process 0, :type :invoke, :f :write, :value ${value}}`;
  const many = 200_000;

  test.each([
    ["lists", write("[".repeat(many)), 247],
    ["maps", write("{:a ".repeat(many)), 844],
    ["tags", write("#a ".repeat(many)), 647],
    ["metadata", write("^:a ".repeat(many)), 844],
    ["discarded lists", write("#_[".repeat(many)), 649],
  ])("%s", (_title, text, column) => {
    expect(() => parseHistory(text, "edn")).toThrow(
      expect.objectContaining({ message: "forms nest deeper than 200", line: 1, column }),
    );
  });

  test("discards, spaces, comments and strings", () => {
    const discards = "#_ ".repeat(many) + "x ".repeat(many);
    const text = `"${"a\\n".repeat(many)}"`;
    const value = `${discards}${" ".repeat(many)}${"; c\n".repeat(many)}${text}`;
    expect(parseHistory(write(value), "edn").operations[0]?.input.value).toBe("a\n".repeat(many));
  });

  test("JSON", () => {
    const operation = (value: string): string =>
      `{"type":"operation","process":"c","f":"f","value":${value},"call":0,"status":"open"}`;
    expect(() => parseHistory(operation("[".repeat(many)), "jsonl")).toThrow(
      expect.objectContaining({ message: "values nest deeper than 200", line: 1, column: 251 }),
    );
  });
});

describe("models judge values of EDN", () => {
  const verdict = (model: AnyFileModel, operations: readonly (readonly string[])[]): string => {
    const text = operations.map(
      ([f, input, output]) =>
        `{:process 0 :type :invoke :f :${f} :value ${input}} {:process 0 :type :ok :f :${f} :value ${output}}`,
    );
    const history = parseHistory(text.join("\n"), "edn");
    return checkLinearizable(interpretHistory(history, model), model).verdict;
  };
  const written = (input: string, output: string): string =>
    verdict(models.register, [
      ["write", input, input],
      ["read", "nil", output],
    ]);

  test.each([
    ["#{1 2 33}", "#{33 1 2}"],
    ["{1 :a, :b 2}", "{:b 2, 1 :a}"],
    ["[1 2]", "(1 2)"],
    ["^{:x 1} [1]", "[1]"],
    ["1", "1N"],
    ["1.0", "1.00"],
    ["1.0M", "1M"],
    ["2/4", "1/2"],
    ["#:ns{:a 1}", "{:ns/a 1}"],
    ['#inst "2024-01-01T00:00:00Z"', '#inst "2024-01-01T02:00:00.000+02:00"'],
  ])("%s is %s", (input, output) => {
    expect(written(input, output)).toBe("valid");
  });

  test.each([
    ['":a"', ":a"],
    ['"\'x"', "x"],
    ["null", "nil"],
    ["#usd 5", "#eur 5"],
    ["#usd 5", "5"],
    ["{1 :a}", '{"1" :a}'],
    ["{:a 1}", '{"a" 1}'],
    ["[1 2]", "#{1 2}"],
    ["1", "1.0"],
    ["1.0", "1.0M"],
    ["1", '"1"'],
    ["9007199254740993", "9007199254740992"],
    ["0.10000000000000000001M", "0.1M"],
    ["\\a", '"a"'],
    ["1/2", "0.5"],
  ])("%s is not %s", (input, output) => {
    expect([written(input, output), written(output, input)]).toEqual(["violated", "violated"]);
  });

  test("a set is read as a set or as a list, in any order", () => {
    const read = (output: string): string =>
      verdict(models.set, [
        ["add", ":a", ":a"],
        ["add", "33", "33"],
        ["read", "nil", output],
      ]);
    expect(["#{33 :a}", "[33 :a]", "#{:a}", '#{33 ":a"}'].map(read)).toEqual([
      "valid",
      "valid",
      "violated",
      "violated",
    ]);
  });

  test("a list holds any values", () => {
    const read = (output: string): string =>
      verdict(models["list-append"], [
        ["append", ":a", ":a"],
        ["append", '[\\, "],"]', "nil"],
        ["append", "{:b #{1}}", "nil"],
        ["read", "nil", output],
      ]);
    expect(read('(:a [\\, "],"] {:b #{1}})')).toBe("valid");
    expect(read('[:a {:b #{1}} [\\, "],"]]')).toBe("violated");
  });
});

describe("a log is recognized", () => {
  const EVENT_LINES =
    "INFO  jepsen.util - 0\t:invoke\t:read\tnil\nINFO  jepsen.util - 0\t:ok\t:read\tnil\n";

  test.each([
    ["by its first event", ""],
    ["after many lines of other programs", "INFO some.other - nothing\n".repeat(1000)],
    ["after the map of a test", '{:name "x", :nodes ["n1"]}\n'],
    ["after a vector", "[:a 1]\n"],
    ["after a line of JSON", '{"name":"x"}\n'],
  ])("%s", (_title, before) => {
    expect(formatOf(before + EVENT_LINES)).toBe("jepsen");
    expect(parseHistory(before + EVENT_LINES, "jepsen").operations).toHaveLength(1);
  });

  test("but not in a value of another format", () => {
    const value = JSON.stringify(`\n${EVENT_LINES}`)
      .replaceAll("\\n", "\n")
      .replaceAll("\\t", "\t");
    const events = EVENTS.join("\n").replace(":value nil", `:value ${value}`);
    expect(formatOf(events)).toBe("edn");
    expect(formatOf(`{"type":"operation","f":${JSON.stringify(EVENT_LINES)}}`)).toBe("jsonl");
  });
});
