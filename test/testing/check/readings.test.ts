import {
  checkLinearizable,
  interpretHistory,
  makeHistory,
  models,
  parseHistory,
  type AnyFileModel,
  type FileModel,
  type ModelName,
  type Operation,
  type Reading,
  type Value,
} from "@kontiki/testing";
import { describe, expect, test } from "vitest";
import { ok } from "../support/operations.ts";

function verdictOf(name: ModelName, operations: readonly Operation[], reading: Reading): string {
  const model: AnyFileModel = models[name];
  const history = makeHistory(operations, { reading });
  return checkLinearizable(interpretHistory(history, model), model).verdict;
}

describe("an initial value", () => {
  test.each<[ModelName, Value, Operation]>([
    ["register", 7, ok("a", 0, 1, ["read"], 7)],
    ["register", 7, ok("a", 0, 1, ["cas", [7, 8]], true)],
    ["key-value", "v", ok("a", 0, 1, ["get", null, "x"], "v")],
    ["list-append", [1, 2], ok("a", 0, 1, ["read"], [1, 2])],
    ["queue", [1, 2], ok("a", 0, 1, ["dequeue"], 1)],
    ["lock", "x", ok("a", 0, 1, ["release", "x"])],
    ["set", [2, 1], ok("a", 0, 1, ["read"], [1, 2])],
    ["txn-register", 7, ok("a", 0, 1, ["txn", [["r", "x", null]]], [["r", "x", 7]])],
    ["txn-list-append", [7], ok("a", 0, 1, ["txn", [["r", "x", null]]], [["r", "x", [7]]])],
  ])("of %s is %j", (name, initial, operation) => {
    expect(verdictOf(name, [operation], { initial })).toBe("valid");
    expect(verdictOf(name, [operation], {})).toBe("violated");
  });

  test.each<[ModelName, Operation]>([
    ["list-append", ok("a", 0, 1, ["read"], [])],
    ["queue", ok("a", 0, 1, ["dequeue"], null)],
    ["set", ok("a", 0, 1, ["read"], null)],
    ["txn-list-append", ok("a", 0, 1, ["txn", [["r", "x", null]]], [["r", "x", null]])],
  ])("of %s may be null, which is nothing, as when it is read", (name, operation) => {
    expect(verdictOf(name, [operation], { initial: null })).toBe("valid");
  });

  test("of key-value is absent or the empty text, which differ", () => {
    const get = (found: Value): Operation => ok("a", 0, 1, ["get", null, "x"], found);
    expect(verdictOf("key-value", [get(null)], {})).toBe("valid");
    expect(verdictOf("key-value", [get("")], {})).toBe("violated");
    expect(verdictOf("key-value", [get("")], { initial: "" })).toBe("valid");
    expect(verdictOf("key-value", [get(null)], { initial: "" })).toBe("violated");
  });

  test("is that of each object", () => {
    const both = [ok("a", 0, 1, ["read", null, "x"], 7), ok("a", 2, 3, ["read", null, "y"], 7)];
    expect(verdictOf("register", both, { initial: 7 })).toBe("valid");
  });

  test("is in the first line of JSON lines; an option has precedence", () => {
    const text = `{"type":"history","version":1,"unit":"ms","initial":0}
{"type":"operation","process":"a","f":"read","call":0,"return":1,"status":"ok","output":0}`;
    expect(parseHistory(text, "jsonl").reading).toEqual({ initial: 0 });
    expect(parseHistory(text, "jsonl", { initial: 5 }).reading).toEqual({ initial: 5 });
  });

  test.each<[ModelName, Value, string]>([
    ["queue", 7, "the model queue begins with a list, not with 7"],
    ["queue", [null], "a queue cannot hold null, which means empty"],
  ])("that %s cannot have is rejected: %j", (name, initial, message) => {
    expect(() => verdictOf(name, [ok("a", 0, 1, ["dequeue"], 1)], { initial })).toThrow(message);
  });
});

describe("with unknown reads", () => {
  const reading = { unknownReads: true } as const;

  test.each<[ModelName, readonly Operation[]]>([
    ["register", [ok("a", 0, 1, ["write", 1]), ok("a", 2, 3, ["read"], null)]],
    ["key-value", [ok("a", 0, 1, ["put", 1, "x"]), ok("a", 2, 3, ["get", null, "x"], null)]],
    ["list-append", [ok("a", 0, 1, ["append", 1]), ok("a", 2, 3, ["read"], null)]],
    ["set", [ok("a", 0, 1, ["add", 1]), ok("a", 2, 3, ["read"], null)]],
    ["set", [ok("a", 0, 1, ["add", 1]), ok("a", 2, 3, ["contains", 1], null)]],
    ["queue", [ok("a", 0, 1, ["enqueue", 1]), ok("a", 2, 3, ["dequeue"], null)]],
    [
      "txn-register",
      [
        ok("a", 0, 1, ["txn", [["w", "x", 1]]], [["w", "x", 1]]),
        ok("a", 2, 3, ["txn", [["r", "x", null]]], [["r", "x", null]]),
      ],
    ],
    [
      "txn-list-append",
      [
        ok("a", 0, 1, ["txn", [["append", "x", 1]]], [["append", "x", 1]]),
        ok("a", 2, 3, ["txn", [["r", "x", null]]], [["r", "x", null]]),
      ],
    ],
  ])("a read of nil of %s constrains nothing", (name, operations) => {
    expect(verdictOf(name, operations, reading)).toBe("valid");
    const known = (): string => {
      try {
        return verdictOf(name, operations, {});
      } catch {
        return "rejected";
      }
    };
    expect(["violated", "rejected"]).toContain(known());
  });

  test("a dequeue of nil may have taken a value, or none", () => {
    const enqueues = [ok("a", 0, 1, ["enqueue", 1]), ok("a", 2, 3, ["enqueue", 2])];
    const unknown = ok("a", 4, 5, ["dequeue"], null);
    const taken = (value: Value): Operation => ok("a", 6, 7, ["dequeue"], value);
    expect(verdictOf("queue", [...enqueues, unknown, taken(2)], reading)).toBe("valid");
    expect(verdictOf("queue", [...enqueues, unknown, taken(1)], reading)).toBe("violated");
    expect(verdictOf("queue", [unknown, taken(1)], reading)).toBe("violated");
  });

  test("a read of a value still does, and so does a dequeue of a value", () => {
    const write = ok("a", 0, 1, ["write", 1]);
    expect(verdictOf("register", [write, ok("a", 2, 3, ["read"], 2)], reading)).toBe("violated");
    const enqueue = ok("a", 0, 1, ["enqueue", 1]);
    expect(verdictOf("queue", [enqueue, ok("a", 2, 3, ["dequeue"], 2)], reading)).toBe("violated");
  });

  test("an answer that was not recorded has no key", () => {
    const text = (end: string): string =>
      `{:process 0, :type :invoke, :f :read, :value [7 nil]} {:process 0, :type :ok, :f :read${end}}`;
    for (const end of ["", ", :value nil", ", :value [7 nil]"])
      expect(
        parseHistory(text(end), "edn", { ...reading, independent: true }).operations,
      ).toMatchObject([{ input: { key: 7 }, output: null }]);
    expect(() => parseHistory(text(", :value nil"), "edn", { independent: true })).toThrow(
      "[key value] with the key 7, not null",
    );
  });

  test("an answer may be left out of the file", () => {
    const text = '{"type":"operation","process":"a","f":"read","call":0,"return":1,"status":"ok"}';
    expect(parseHistory(text, "jsonl", reading).operations).toMatchObject([{ output: null }]);
  });
});

describe("a model that throws", () => {
  const counter: FileModel<number, string, number | null> = {
    name: "counter",
    init: 3,
    step: (state, input) => (input === "add" ? state + 1 : state),
    key: (state) => state,
    describe: (input, output) => `${input} -> ${output}`,
    describeState: (state) => `count ${state}`,
    interpret: ({ input }) => ({ input: input.f, output: null }),
  };
  const oops = (): never => {
    throw new Error("oops\nat line 1");
  };
  const check = (model: FileModel<number, string, number | null>): void => {
    const history = makeHistory([ok("p", 4, 5, ["add"])]);
    checkLinearizable(interpretHistory(history, model), model);
  };

  test.each<[Partial<typeof counter>, string]>([
    [{ step: oops }, "step, for add -> null in the state count 3: oops"],
    [{ key: oops }, "key of the state count 3, before any operation: oops"],
    [
      { key: (state) => (state === 4 ? oops() : state) },
      "key of the state count 4, after add -> null in the state count 3: oops",
    ],
    [{ partition: oops }, "partition, for add -> undefined: oops"],
    [{ readOnly: oops }, "readOnly, for add -> null: oops"],
    [{ rank: oops }, "rank, for 1 operations: oops"],
    [{ interpret: oops }, 'interpret, for operation "add" of process p at 4: oops'],
    [
      { step: oops, describe: oops },
      "step, for { input: 'add', output: null } in the state count 3: oops",
    ],
  ])("is named with the operation and the state: %o", (broken, message) => {
    expect(() => check({ ...counter, ...broken })).toThrow(
      expect.objectContaining({
        name: "ModelError",
        message: `the model counter threw in ${message}`,
      }),
    );
  });

  test("is no fault of a history that begins with a value: the model must allow that", () => {
    const history = makeHistory([ok("p", 4, 5, ["add"])], { reading: { initial: 0 } });
    expect(() => checkLinearizable(interpretHistory(history, counter), counter)).toThrow(
      "the model counter takes no initial value",
    );
  });
});
