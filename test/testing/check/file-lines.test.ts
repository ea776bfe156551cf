import {
  checkLinearizable,
  interpretHistory,
  jsonlLines,
  makeHistory,
  models,
  parseHistory,
  verdictText,
  type AnyFileModel,
  type Format,
  type ModelName,
} from "@kontiki/testing";
import { describe, expect, test } from "vitest";

type Event = readonly [type: "invoke" | "ok" | "fail" | "info", f: string, value: string];

/** A file with an operation that any model of one value reads, and then these events. */
function written(format: "edn" | "jepsen", first: string, ...events: readonly Event[]): string {
  const before = ["invoke", "ok"].map((type): Event => [type as "ok", first, "[7]"]);
  return [...before, ...events]
    .map(([type, f, value]) =>
      format === "edn"
        ? `{:process 0, :type :${type}, :f :${f}, :value ${value}}\n`
        : `INFO  jepsen.util - 0\t:${type}\t:${f}\t${value}\n`,
    )
    .join("");
}

function judge(text: string, format: Format, name: ModelName): string {
  const model: AnyFileModel = models[name];
  const history = interpretHistory(parseHistory(text, format), model);
  return verdictText(history, model, checkLinearizable(history, model));
}

describe.each(["edn", "jepsen"] as const)(
  "in %s what a model cannot read is named with the line",
  (format) => {
    test.each<[ModelName, string, readonly Event[], number, string]>([
      [
        "register",
        "write",
        [
          ["invoke", "cas", "5"],
          ["ok", "cas", "5"],
        ],
        3,
        "cas needs a pair",
      ],
      [
        "register",
        "write",
        [
          ["invoke", "cas", "nil"],
          ["info", "cas", "nil"],
        ],
        3,
        "cas needs a pair",
      ],
      [
        "register",
        "write",
        [
          ["invoke", "drain", "nil"],
          ["ok", "drain", "nil"],
        ],
        3,
        "has no",
      ],
      [
        "set",
        "add",
        [
          ["invoke", "read", "nil"],
          ["ok", "read", "5"],
        ],
        4,
        "must return a list",
      ],
      [
        "set",
        "add",
        [
          ["invoke", "contains", "1"],
          ["ok", "contains", "1"],
        ],
        4,
        "true or false",
      ],
      [
        "queue",
        "enqueue",
        [
          ["invoke", "enqueue", "nil"],
          ["ok", "enqueue", "nil"],
        ],
        3,
        "null",
      ],
    ])("%s", (name, first, events, line, message) => {
      expect(() => judge(written(format, first, ...events), format, name)).toThrow(
        expect.objectContaining({
          name: "InterpretError",
          line,
          message: expect.stringContaining(message) as string,
        }),
      );
    });

    test.each<[ModelName, string, Event]>([
      ["register", "write", ["invoke", "cas", "nil"]],
      ["register", "write", ["invoke", "cas", "5"]],
      ["register", "write", ["invoke", "drain", "nil"]],
      ["queue", "enqueue", ["invoke", "enqueue", "nil"]],
      ["set", "add", ["invoke", "sum", "5"]],
    ])("%s: an operation that failed is not read, only shown", (name, first, event) => {
      const [, f, value] = event;
      expect(judge(written(format, first, event, ["fail", f, value]), format, name)).toMatch(
        /^valid: 2 operations \(1 failed\)/,
      );
    });
  },
);

test("in JSON lines what a model cannot read is named with the line", () => {
  const line = (fields: object): string =>
    JSON.stringify({
      type: "operation",
      process: "c",
      call: 0,
      return: 1,
      status: "ok",
      ...fields,
    });
  const wrong = line({ call: 2, return: 3, f: "cas", value: 5 });
  const text = `\n${line({ f: "write", value: 1 })}\n${wrong}`;
  expect(() => judge(text, "jsonl", "register")).toThrow(expect.objectContaining({ line: 3 }));
  expect(
    judge(
      text.replace('"status":"ok","f":"cas"', '"status":"failed","f":"cas"'),
      "jsonl",
      "register",
    ),
  ).toMatch(/^valid/);
});

test("a line is that of the file, also when :index gives another order", () => {
  const text = `{:index 2, :process 0, :type :invoke, :f :cas, :value 5}

{:index 3, :process 0, :type :ok, :f :cas, :value 5}
{:index 0, :process 0, :type :invoke, :f :write, :value 1}
{:index 1, :process 0, :type :ok, :f :write, :value 1}`;
  expect(parseHistory(text, "edn").operations.map(({ line, endLine }) => [line, endLine])).toEqual([
    [4, 5],
    [1, 3],
  ]);
  expect(() => judge(text, "edn", "register")).toThrow(expect.objectContaining({ line: 1 }));
});

describe("an operation without a value, where the model needs one, is refused with the line", () => {
  const event = (rest: string): string => `{:process 0, ${rest}}`;

  test.each<[ModelName, Format, string, number]>([
    ["register", "edn", event(":type :invoke, :f :write"), 1],
    [
      "register",
      "edn",
      `\n${event(":type :invoke, :f :write")}\n${event(":type :info, :f :write, :value 5")}`,
      2,
    ],
    [
      "register",
      "edn",
      `${event(":type :invoke, :f :write")}\n${event(":type :ok, :f :write, :value nil")}`,
      1,
    ],
    ["set", "edn", event(":type :invoke, :f :contains"), 1],
    ["queue", "edn", event(":type :invoke, :f :enqueue"), 1],
    [
      "register",
      "jsonl",
      '{"type":"operation","process":"a","f":"write","call":0,"return":1,"status":"ok"}',
      1,
    ],
    [
      "key-value",
      "jsonl",
      '{"type":"operation","process":"a","f":"put","key":"x","call":0,"status":"open"}',
      1,
    ],
    [
      "register",
      "edn",
      `${event(":type :invoke, :f :write, :value nil")}
${event(":type :ok, :f :write, :value 5")}
${event(":type :invoke, :f :write, :value nil")}`,
      3,
    ],
    [
      "register",
      "edn",
      `${event(":type :invoke, :f :write, :value nil")}
${event(":type :info, :f :write, :value nil")}
{:process 1, :type :invoke, :f :write}
{:process 1, :type :ok, :f :write, :value 5}`,
      1,
    ],
  ])("%s in %s: %s", (name, format, text, line) => {
    expect(() => judge(text, format, name)).toThrow(
      expect.objectContaining({
        name: "InterpretError",
        line,
        message: expect.stringContaining(
          "it has no value, so what it asked for is not known",
        ) as string,
      }),
    );
  });

  test.each<[ModelName, Format, string]>([
    [
      "register",
      "edn",
      `${event(":type :invoke, :f :write")}\n${event(":type :ok, :f :write, :value 5")}`,
    ],
    [
      "register",
      "edn",
      `${event(":type :invoke, :f :write, :value nil")}\n${event(":type :ok, :f :write, :value nil")}`,
    ],
    ["register", "edn", `${event(":type :invoke, :f :write")}\n${event(":type :fail, :f :write")}`],
    [
      "register",
      "edn",
      `${event(":type :invoke, :f :read")}\n${event(":type :ok, :f :read, :value nil")}`,
    ],
    ["lock", "edn", event(":type :invoke, :f :acquire")],
    [
      "register",
      "jsonl",
      '{"type":"operation","process":"a","f":"write","value":null,"call":0,"status":"open"}',
    ],
  ])("but not where it is known, or nothing: %s in %s: %s", (name, format, text) => {
    expect(judge(text, format, name)).toMatch(/^valid/);
  });

  test("a history that is written again keeps it", () => {
    const text = '{"type":"operation","process":"a","f":"add","call":0,"status":"open"}';
    const { operations } = parseHistory(text, "jsonl");
    expect(operations).toMatchObject([{ input: { f: "add", value: null, lacksValue: true } }]);
    const again = [...jsonlLines(makeHistory(operations))].slice(1).join("\n");
    expect(parseHistory(again, "jsonl").operations).toEqual(operations);
  });
});
