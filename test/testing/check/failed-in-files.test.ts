import {
  checkLinearizable,
  interpretHistory,
  models,
  parseHistory,
  type AnyFileModel,
  type Format,
  type ModelName,
  type ReadingOptions,
} from "@kontiki/testing";
import { describe, expect, test } from "vitest";

/** An operation of a history in which one runs after another; the arguments and the answer in EDN. */
type Line = readonly [f: string, value: string, status: "ok" | "failed", answer?: string];

const ok = (f: string, value: string, answer = value): Line => [f, value, "ok", answer];
const failed = (f: string, value: string): Line => [f, value, "failed"];

/** The models that know each function, a value that it may have, and operations that a second effect would make wrong. */
const FAILED: readonly (readonly [model: ModelName, failed: Line, valid: readonly Line[]])[] = [
  ["register", failed("cas", "[4 5]"), [ok("write", "4"), ok("read", "nil", "4")]],
  ["register", failed("cas", "[9 5]"), [ok("write", "4"), ok("read", "nil", "4")]],
  ["register", failed("write", "5"), [ok("write", "4"), ok("read", "nil", "4")]],
  ["register", failed("read", "nil"), [ok("write", "4"), ok("read", "nil", "4")]],
  ["key-value", failed("cas", "[4 5]"), [ok("put", "4"), ok("get", "nil", "4")]],
  ["key-value", failed("compareAndSet", "[4 5]"), [ok("put", "4"), ok("get", "nil", "4")]],
  ["key-value", failed("put", "5"), [ok("put", "4"), ok("get", "nil", "4")]],
  ["key-value", failed("append", '"5"'), [ok("put", '"4"'), ok("get", "nil", '"4"')]],
  ["key-value", failed("delete", "nil"), [ok("put", "4"), ok("get", "nil", "4")]],
  ["key-value", failed("get", "nil"), [ok("put", "4"), ok("get", "nil", "4")]],
  ["list-append", failed("append", "5"), [ok("append", "4"), ok("read", "nil", "[4]")]],
  ["list-append", failed("read", "nil"), [ok("append", "4"), ok("read", "nil", "[4]")]],
  ["queue", failed("enqueue", "5"), [ok("enqueue", "4"), ok("dequeue", "nil", "4")]],
  ["queue", failed("dequeue", "nil"), [ok("enqueue", "4"), ok("dequeue", "nil", "4")]],
  ["lock", failed("acquire", "nil"), [ok("release", "nil"), ok("acquire", "nil")]],
  ["lock", failed("release", "nil"), [ok("release", "nil"), ok("acquire", "nil")]],
  ["set", failed("add", "5"), [ok("add", "4"), ok("read", "nil", "[4]")]],
  ["set", failed("remove", "4"), [ok("add", "4"), ok("read", "nil", "[4]")]],
  ["set", failed("contains", "4"), [ok("add", "4"), ok("read", "nil", "[4]")]],
  [
    "txn-register",
    failed("txn", "[[:r 1 nil] [:w 1 5]]"),
    [ok("txn", "[[:w 1 4]]"), ok("txn", "[[:r 1 nil]]", "[[:r 1 4]]")],
  ],
  [
    "txn-list-append",
    failed("txn", "[[:append 1 5]]"),
    [ok("txn", "[[:append 1 4]]"), ok("txn", "[[:r 1 nil]]", "[[:r 1 [4]]]")],
  ],
  ["set", failed("read", "nil"), [ok("add", "4"), ok("read", "nil", "[4]")]],
];

/** The lock begins as held by the process, which JSON lines write as a string, so that a release succeeds. */
const readingFor = (model: ModelName, format: Format): ReadingOptions =>
  model === "lock" ? { initial: format === "jsonl" ? "0" : 0 } : {};

function written(format: Format, lines: readonly Line[]): string {
  return lines.map((line, at) => WRITERS[format](line, at)).join("");
}

const WRITERS: Readonly<Record<Format, (line: Line, at: number) => string>> = {
  edn([f, value, status, answer = value]) {
    const event = (type: string, of: string): string =>
      `{:process 0, :type :${type}, :f :${f}, :key "k", :value ${of}}\n`;
    return event("invoke", value) + event(status === "ok" ? "ok" : "fail", answer);
  },
  jepsen([f, value, status, answer = value]) {
    const event = (type: string, of: string): string =>
      `INFO  jepsen.util - 0\t:${type}\t:${f}\t${of}\n`;
    return event("invoke", value) + event(status === "ok" ? "ok" : "fail", answer);
  },
  jsonl([f, value, status, answer = value], at) {
    const json = (edn: string): unknown =>
      JSON.parse(
        edn
          .replaceAll("nil", "null")
          .replaceAll(" ", ", ")
          .replace(/:(\w+)/g, '"$1"'),
      ) as unknown;
    const output = status === "ok" ? { output: json(answer) } : {};
    const times = { call: 2 * at, return: 2 * at + 1 };
    const operation = { process: "0", f, key: "k", value: json(value), ...times, status };
    return `${JSON.stringify({ type: "operation", ...operation, ...output })}\n`;
  },
};

function verdictOf(
  format: Format,
  name: ModelName,
  lines: readonly Line[],
  options: ReadingOptions = {},
): string {
  const model: AnyFileModel = models[name];
  const reading = { ...readingFor(name, format), ...options };
  const history = parseHistory(written(format, lines), format, reading);
  return checkLinearizable(interpretHistory(history, model), model).verdict;
}

const FORMATS = ["edn", "jepsen", "jsonl"] as const;

describe.each(FORMATS)("in %s", (format) => {
  // The log of Jepsen has no keys, and the key-value model needs one.
  const cases = FAILED.filter(([model]) => format !== "jepsen" || model !== "key-value");

  test.each(cases)("%s: %j that failed constrains nothing", (model, line, others) => {
    for (let at = 0; at <= others.length; at += 1) {
      const lines = others.toSpliced(at, 0, line);
      expect([at, verdictOf(format, model, lines)]).toEqual([at, "valid"]);
    }
  });
});

describe("with failed-cas observed", () => {
  const seen = { failedCas: "observed" } as const;
  const history = (from: number): readonly Line[] => [
    ok("write", "4"),
    failed("cas", `[${from} 5]`),
    ok("read", "nil", "4"),
  ];

  test.each(["edn", "jepsen"] as const)("in %s a cas that failed found another value", (format) => {
    expect(verdictOf(format, "register", history(9), seen)).toBe("valid");
    expect(verdictOf(format, "register", history(4), seen)).toBe("violated");
  });

  test("JSON lines are refused: they tell both apart by the status", () => {
    expect(() => verdictOf("jsonl", "register", history(4), seen)).toThrow(
      'JSON lines tell how a cas failed, so they are not read by an option: "status" is "failed" if it had no effect',
    );
    const answered: readonly Line[] = [
      ok("write", "4"),
      ok("cas", "[4 5]", "false"),
      ok("read", "nil", "4"),
    ];
    expect(verdictOf("jsonl", "register", answered)).toBe("violated");
  });

  test("no other operation that failed is an answer", () => {
    for (const [model, line, others] of FAILED.filter(([, [f]]) => !/cas|compareAndSet/.test(f))) {
      expect([line, verdictOf("edn", model, [...others, line], seen)]).toEqual([line, "valid"]);
    }
  });
});
