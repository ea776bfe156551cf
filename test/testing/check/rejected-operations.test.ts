import { interpretHistory, makeHistory, models } from "@kontiki/testing";
import { describe, expect, test } from "vitest";
import { ok } from "../support/operations.ts";

describe("operations that a model rejects", () => {
  test.each([
    [
      "register",
      ["increment", 1],
      null,
      'the model register has no "increment", only read, write, cas',
    ],
    ["register", ["cas", 1], true, "cas needs a pair [expected, new], not 1"],
    ["register", ["cas", [1, 2]], "yes", 'cas must return true or false, not "yes"'],
    ["key-value", ["get"], null, "get has no key"],
    ["key-value", ["append", 1, "x"], null, "append needs a string, not 1"],
    ["key-value", ["list", "", "x"], null, 'the model key-value has no "list", only get, put,'],
    ["list-append", ["read"], "12", 'read must return a list, not "12"'],
    ["list-append", ["pop"], null, 'the model list-append has no "pop", only append, read'],
    ["queue", ["enqueue", null], null, "a queue cannot hold null, which means empty"],
    ["queue", ["peek"], null, 'the model queue has no "peek", only enqueue, dequeue'],
    ["lock", ["steal"], null, 'the model lock has no "steal", only acquire, release'],
    ["set", ["contains", 1], 1, "contains must return true or false, not 1"],
    [
      "register",
      ["txn", []],
      [],
      'the model register has no "txn", only read, write, cas: for a txn there are txn-register and txn-list-append',
    ],
    ["txn-register", ["read"], null, 'the model txn-register has no "read", only txn'],
    ["txn-register", ["txn", 1], [], "a txn needs a list of operations, not 1"],
    [
      "txn-register",
      ["txn", [["append", "x", 1]]],
      [],
      'a txn of txn-register has [:r key value] and [:w key value], not ["append","x",1]',
    ],
    [
      "txn-register",
      ["txn", [["w", "x", 1]]],
      [["w", "x", 2]],
      'a txn must return its own operations with the values that it read, not [["w","x",2]]',
    ],
    [
      "txn-list-append",
      ["txn", [["r", "x", null]]],
      [["r", "x", 1]],
      "a txn must read a list, not 1",
    ],
    ["set", ["clear"], null, 'the model set has no "clear", only add, remove, contains, read'],
  ] as const)("%s %j -> %j", (model, asked, output, message) => {
    const history = makeHistory([ok("c7", 4, 5, asked, output)]);
    const told = `operation ${JSON.stringify(asked[0])} of process c7 at 4: ${message}`;
    expect(() => interpretHistory(history, models[model] as (typeof models)["register"])).toThrow(
      told,
    );
  });
});
