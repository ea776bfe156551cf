import { parseHistory, type ReadingOptions } from "@kontiki/testing";
import { describe, expect, test } from "vitest";

const line = (fields: object): string =>
  JSON.stringify({ type: "operation", process: "a", f: "write", value: 1, call: 0, ...fields });

const event = (rest: string): string => `{:process 0, ${rest}}`;
const CALL = event(":type :invoke, :f :read, :value nil");
const OK = event(":type :ok, :f :read, :value nil");

describe("a history that breaks a rule is rejected with the line", () => {
  test.each([
    ["an operation while another of its process runs", "edn", [CALL, CALL], 2],
    ["an end without a call", "edn", [CALL, OK, OK], 3],
    [
      "an index twice",
      "edn",
      [
        event(":index 4, :type :invoke, :f :read"),
        event(":index 4, :type :ok, :f :read, :value nil"),
      ],
      2,
    ],
    ["a read that returned, without a value", "edn", [CALL, event(":type :ok, :f :read")], 2],
    [
      "the end of another key",
      "edn",
      [event(":type :invoke, :f :read, :key 1"), event(":type :ok, :f :read, :key 2, :value nil")],
      2,
    ],
    [
      "the end of a key that was not named",
      "edn",
      [CALL, event(":type :ok, :f :read, :key 2, :value nil")],
      2,
    ],
    [
      "an operation while another of its process runs",
      "jsonl",
      [line({ return: 5, status: "ok" }), line({ call: 4, return: 6, status: "ok" })],
      2,
    ],
    [
      "two that never returned",
      "jsonl",
      [line({ status: "open" }), line({ call: 9, status: "open" })],
      2,
    ],
    [
      "one that is called before another, in a later line",
      "jsonl",
      [line({ call: 4, return: 6, status: "ok" }), line({ return: 5, status: "ok" })],
      1,
    ],
    ["a return before the call", "jsonl", [line({ call: 4, return: 3, status: "ok" })], 1],
    [
      "a read that returned, without an output",
      "jsonl",
      [line({ f: "read", return: 1, status: "ok" })],
      1,
    ],
    [
      "a dequeue that returned, without an output",
      "jsonl",
      [line({ f: "dequeue", return: 1, status: "ok" })],
      1,
    ],
    [
      "an order twice",
      "jsonl",
      [
        line({ return: 1, status: "ok", order: 3 }),
        line({ call: 2, return: 3, status: "ok", order: 4 }),
        line({ call: 4, return: 5, status: "ok", order: 3 }),
      ],
      3,
    ],
  ] as const)("%s in %s", (_title, format, lines, at) => {
    expect(() => parseHistory(lines.join("\n"), format)).toThrow(
      expect.objectContaining({ name: "HistoryError", line: at }),
    );
  });

  test.each([
    [
      "an order that is that of another object",
      [
        line({ key: "x", return: 1, status: "ok", order: 3 }),
        line({ key: "y", call: 2, return: 3, status: "ok", order: 3 }),
      ],
    ],
    [
      "an order that is that of an operation without effect",
      [
        line({ return: 1, status: "failed", order: 3 }),
        line({ call: 2, return: 3, status: "ok", order: 3 }),
      ],
    ],
    [
      "an open operation that is the last of its process",
      [line({ return: 1, status: "ok" }), line({ call: 2, status: "open" })],
    ],
  ])("but not %s", (_title, lines) => {
    expect(parseHistory(lines.join("\n"), "jsonl").operations).toHaveLength(2);
  });
});

/** Two keys as `jepsen.independent` writes them: judged as one register, the read of 2 would be stale. */
const INDEPENDENT: Readonly<Record<"edn" | "jepsen" | "jsonl", string>> = {
  edn: `{:process 0, :type :invoke, :f :write, :value [1 7]}
{:process 0, :type :ok, :f :write, :value [1 7]}
{:process 0, :type :invoke, :f :read, :value [2 nil]}
{:process 0, :type :ok, :f :read, :value [2 nil]}
{:process 0, :type :invoke, :f :cas, :value [1 [7 8]]}
{:process 0, :type :fail, :f :cas, :value [1 [7 8]]}
{:process 0, :type :invoke, :f :write, :value [2 9]}
{:process 0, :type :info, :f :write, :value :timeout}`,
  jepsen: `INFO  jepsen.util - 0	:invoke	:write	[1 7]
INFO  jepsen.util - 0	:ok	:write	[1 7]
INFO  jepsen.util - 0	:invoke	:read	[2 nil]
INFO  jepsen.util - 0	:ok	:read	[2 nil]
INFO  jepsen.util - 0	:invoke	:cas	[1 [7 8]]
INFO  jepsen.util - 0	:fail	:cas	[1 [7 8]]
INFO  jepsen.util - 0	:invoke	:write	[2 9]
INFO  jepsen.util - 0	:info	:write	:timeout`,
  jsonl: [
    line({ value: [1, 7], return: 1, status: "ok" }),
    line({ f: "read", value: [2, null], call: 2, return: 3, status: "ok", output: [2, null] }),
    line({ f: "cas", value: [1, [7, 8]], call: 4, return: 5, status: "failed" }),
    line({ value: [2, 9], call: 6, status: "open" }),
  ].join("\n"),
};

describe.each(["edn", "jepsen", "jsonl"] as const)("independent keys in %s", (format) => {
  const read = (options: ReadingOptions, text = INDEPENDENT[format]): unknown =>
    parseHistory(text, format, options).operations.map((one) => [
      one.input,
      one.status === "ok" ? one.output : one.status,
    ]);

  test("are taken out of the values", () => {
    expect(read({ independent: true })).toEqual([
      [{ f: "write", key: 1, value: 7 }, format === "jsonl" ? null : 7],
      [{ f: "read", key: 2, value: null }, null],
      [{ f: "cas", key: 1, value: [7, 8] }, "failed"],
      [{ f: "write", key: 2, value: 9 }, "open"],
    ]);
  });

  test("are left in the values on request", () => {
    expect(read({ independent: false })).toContainEqual([
      { f: "read", value: [2, null] },
      [2, null],
    ]);
  });

  test("are noticed when nothing is said, because one object would be judged wrongly", () => {
    expect(() => read({})).toThrow(
      expect.objectContaining({
        name: "HistoryError",
        line: format === "jsonl" ? 2 : 3,
        message: expect.stringContaining("--independent judges each key by itself") as string,
      }),
    );
  });

  test("must be in each request, and the same in its answer", () => {
    const one = INDEPENDENT[format];
    const wrong = one.replace(/\[1(,?) ?7\]/, "7");
    const other = one.replace(/(:ok.*|"output":)\[2/, "$1[3");
    const options = { independent: true };
    expect(() => read(options, wrong)).toThrow(
      "with independent keys the value must be [key value], not 7",
    );
    expect(() => read(options, other)).toThrow(
      "with independent keys the value must be [key value] with the key 2, not [3,null]",
    );
  });
});

/** Events in EDN of operations that run one after another; the answer is the value unless it is given. */
function oneByOne(
  ...operations: readonly (readonly [f: string, value: string, answer?: string])[]
): string {
  return operations
    .flatMap(([f, value, answer = value]) => [
      event(`:type :invoke, :f :${f}, :value ${value}`),
      event(`:type :ok, :f :${f}, :value ${answer}`),
    ])
    .join("\n");
}

describe("keys in some operations are noticed, whatever is beside them", () => {
  const KEYED = [
    ["write", "[1 7]"],
    ["read", "[2 nil]"],
  ] as const;

  test.each([
    ["a read of all keys", oneByOne(...KEYED, ["read", "nil", "7"]), 3],
    ["a write without a key", oneByOne(["write", "5"], ...KEYED), 5],
    ["a function of another kind", oneByOne(...KEYED, ["drain", "nil", "[3 4 5]"]), 3],
    [
      "a function that never ended",
      `${oneByOne(...KEYED)}\n${event(":type :invoke, :f :sync")}`,
      3,
    ],
    ["a cas", oneByOne(["write", "[1 7]"], ["cas", "[1 [7 8]]"], ["read", "nil", "8"]), 3],
    ["a cas of pairs", oneByOne(["cas", "[1 [7 8]]"], ["cas", "[[7 8] [8 9]]"]), 1],
    ["values in a dequeue", oneByOne(["enqueue", "[1 7]"], ["dequeue", "[1 nil]", "[1 7]"]), 3],
    ["an owner", oneByOne(["acquire", "[1 nil]"], ["acquire", "5"]), 1],
    ["a function of a custom model", oneByOne(["inc", "nil"], ["count", "[2 nil]", "[2 0]"]), 3],
  ])("%s", (_title, text, line) => {
    expect(() => parseHistory(text, "edn")).toThrow(
      expect.objectContaining({
        line,
        message: expect.stringContaining("--independent judges each key by itself") as string,
      }),
    );
  });

  test("also of operations that failed or never ended", () => {
    const call = event(":type :invoke, :f :read, :value [2 nil]");
    for (const end of ["", event(":type :fail, :f :read, :value [2 nil]")])
      expect(() => parseHistory(`${oneByOne(["write", "5"])}\n${call}\n${end}`, "edn")).toThrow(
        "--independent judges",
      );
  });
});

describe("pairs that are values are judged as such, and the reading says so", () => {
  test.each([
    ["a register of pairs", oneByOne(["write", "[1 2]"], ["read", "nil", "[1 2]"])],
    [
      "a register of values and pairs",
      oneByOne(["write", "1"], ["cas", "[1 [1 2]]"], ["read", "nil", "[1 2]"]),
    ],
    ["a register of pairs that begins with nothing", oneByOne(["cas", "[nil [1 2]]"])],
    ["a queue of pairs", oneByOne(["enqueue", "[1 2]"], ["dequeue", "nil", "[1 2]"])],
    ["a pair with nil", oneByOne(["write", "[1 nil]"], ["read", "nil", "[1 nil]"])],
    ["a custom range", oneByOne(["range", "[3 nil]", "[4 5 6]"])],
  ])("%s", (_title, text) => {
    const reading = { failedCas: "no-effect", independent: false };
    expect(parseHistory(text, "edn").reading).toEqual(reading);
    expect(parseHistory(text, "edn", { independent: false }).reading).toEqual(reading);
  });

  test("in JSON lines too", () => {
    const text = line({ value: [1, 2], return: 1, status: "ok" });
    expect(parseHistory(text, "jsonl").reading).toEqual({ independent: false });
  });
});

test.each([
  ["a cas", oneByOne(["cas", "[1 2]"])],
  ["a cas from nothing to nothing", oneByOne(["cas", "[1 nil]"])],
  ["a txn of two operations", oneByOne(["txn", "[[:r 1 nil] nil]", "[[:r 1 nil] 5]"])],
  ["a list of two", oneByOne(["append", "1"], ["append", "2"], ["read", "nil", "[1 2]"])],
])("%s does not look like independent keys", (_title, text) => {
  expect(parseHistory(text, "edn").reading).toEqual({ failedCas: "no-effect" });
});
