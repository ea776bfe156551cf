import { parseHistory, type Format, type ReadingOptions } from "@kontiki/testing";
import { describe, expect, test } from "vitest";

const line = (fields: object): string =>
  JSON.stringify({ type: "operation", process: "a", f: "write", call: 0, ...fields });

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

test.each<[string, Format, string]>([
  [
    "a register whose values are pairs",
    "edn",
    `{:process 0, :type :invoke, :f :write, :value [1 2]}
{:process 0, :type :ok, :f :write, :value [1 2]}
{:process 0, :type :invoke, :f :read, :value nil}
{:process 0, :type :ok, :f :read, :value [1 2]}`,
  ],
  [
    "a cas",
    "edn",
    `{:process 0, :type :invoke, :f :cas, :value [1 2]}
{:process 0, :type :ok, :f :cas, :value [1 2]}`,
  ],
  [
    "a txn of two operations",
    "edn",
    `{:process 0, :type :invoke, :f :txn, :value [[:r 1 nil] nil]}
{:process 0, :type :ok, :f :txn, :value [[:r 1 nil] 5]}`,
  ],
])("%s does not look like independent keys", (_title, format, text) => {
  expect(parseHistory(text, format).reading).toEqual({ failedCas: "no-effect" });
});
