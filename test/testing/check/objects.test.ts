import {
  checkLinearizable,
  interpretHistory,
  makeHistory,
  models,
  parseHistory,
  type AnyFileModel,
  type FileModel,
  type Format,
  type Operation,
} from "@kontiki/testing";
import { describe, expect, test } from "vitest";
import { failed, ok } from "../support/operations.ts";

function verdictOf(operations: readonly Operation[], model: AnyFileModel): string {
  return checkLinearizable(interpretHistory(makeHistory(operations), model), model).verdict;
}

/** A model that reads nothing but the function. */
const counter: FileModel<number, string, number> = {
  name: "counter",
  init: 0,
  step(state, input, output) {
    const next = input === "inc" ? state + 1 : state;
    return output === undefined || output === next ? next : undefined;
  },
  key: (state) => state,
  describe: (input, output) => `${input} -> ${output ?? "?"}`,
  describeState: String,
  interpret: (operation) => ({
    input: operation.input.f,
    output: operation.status === "ok" ? (operation.output as number) : undefined,
  }),
};

const own = counter as AnyFileModel;

describe("each key of a history is an object, whatever the model", () => {
  const edn = (read: string, f = "w", written = "3"): string =>
    `{:process 0, :type :invoke, :f :txn, :value [7 [[:${f} 1 ${written}]]]}
{:process 0, :type :ok, :f :txn, :value [7 [[:${f} 1 ${written}]]]}
{:process 0, :type :invoke, :f :txn, :value [8 [[:r 1 nil]]]}
{:process 0, :type :ok, :f :txn, :value [8 [[:r 1 ${read}]]]}`;
  const jsonl = (read: number | null): string =>
    [
      { key: 7, value: [["w", 1, 3]], output: [["w", 1, 3]], call: 0, return: 1 },
      { key: 8, value: [["r", 1, null]], output: [["r", 1, read]], call: 2, return: 3 },
    ]
      .map((one) =>
        JSON.stringify({ type: "operation", process: "c", f: "txn", status: "ok", ...one }),
      )
      .join("\n");

  test.each<[string, string, Format, keyof typeof models, string]>([
    ["an absent one", edn("nil"), "edn", "txn-register", "valid"],
    ["that of another key", edn("3"), "edn", "txn-register", "violated"],
    ["an absent one", edn("nil", "append"), "edn", "txn-list-append", "valid"],
    ["that of another key", edn("[3]", "append"), "edn", "txn-list-append", "violated"],
    ["an absent one", jsonl(null), "jsonl", "txn-register", "valid"],
    ["that of another key", jsonl(3), "jsonl", "txn-register", "violated"],
  ])("a txn reads %s: %#", (_title, text, format, name, verdict) => {
    const model: AnyFileModel = models[name];
    const options = format === "edn" ? { independent: true } : {};
    const history = interpretHistory(parseHistory(text, format, options), model);
    expect(checkLinearizable(history, model).verdict).toBe(verdict);
  });

  test.each([
    [[ok("a", 0, 1, ["inc", null, 1], 1), ok("a", 2, 3, ["get", null, 2], 0)], "valid"],
    [[ok("a", 0, 1, ["inc", null, 1], 1), ok("a", 2, 3, ["get", null, 2], 1)], "violated"],
    [[ok("a", 0, 1, ["inc"], 1), ok("a", 2, 3, ["get"], 1)], "valid"],
  ])("a custom model of one object judges %j as %s", (operations, verdict) => {
    expect(verdictOf(operations, own)).toBe(verdict);
  });

  test("a custom model may divide the keys further", () => {
    const divided = { ...own, partition: (input: unknown) => String(input) };
    const operations = [ok("a", 0, 1, ["inc", null, 1], 1), ok("a", 2, 3, ["get", null, 1], 0)];
    expect(
      checkLinearizable(interpretHistory(makeHistory(operations), divided), divided),
    ).toMatchObject({
      verdict: "valid",
      objects: [{ key: '["1","inc"]' }, { key: '["1","get"]' }],
    });
  });

  test("an operation without a key beside others with one is refused: which objects does it address?", () => {
    const operations = [ok("a", 0, 1, ["inc", null, 1], 1), ok("a", 2, 3, ["get"], 1)];
    expect(() => verdictOf(operations, own)).toThrow(
      'operation "get" of process a at 2 has no key, but others have one, and each key is an object: ' +
        "give all a key or none, or give the model counter a partition function",
    );
    const write = ok("a", 0, 1, ["write", 1, "x"]);
    expect(() => verdictOf([write, ok("a", 2, 3, ["read"], null)], models.register)).toThrow(
      'operation "read" of process a at 2 has no key, but others have one, and each key is an object: ' +
        "give all a key or none",
    );
    expect(verdictOf([write, failed("a", 2, 3, ["read"])], models.register)).toBe("valid");
  });
});
