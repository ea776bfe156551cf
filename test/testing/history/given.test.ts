import {
  canonical,
  checkLinearizable,
  EdnKeyword,
  EdnSet,
  EdnSymbol,
  interpretHistory,
  makeHistory,
  models,
  parseHistory,
  type AnyFileModel,
  type Operation,
  type Value,
} from "@kontiki/testing";
import { describe, expect, test } from "vitest";
import { ok } from "../support/operations.ts";

const READ = ok("a", 0, 1, ["read"], 1);

describe("a program gives operations that cannot be", () => {
  test.each<[object | number, string]>([
    [{ status: "OK" }, 'operations[1].status is \'OK\': give "ok", "failed" or "open"'],
    [{ status: undefined }, "operations[1].status is undefined"],
    [{ status: "fail" }, "operations[1].status is 'fail'"],
    [{ status: "info" }, "operations[1].status is 'info'"],
    [{ status: "open" }, "operations[1].return is 1: give none, because it is open"],
    [{ call: 5 }, "operations[1].return is 1: give 5 or later"],
    [{ call: 0n }, "operations[1].call is 0n: give a finite number"],
    [{ return: "1" }, "operations[1].return is '1': give a finite number"],
    [{ return: Infinity }, "operations[1].return is Infinity: give a finite number"],
    [{ process: 1 }, "operations[1].process is 1: give a text"],
    [{ order: "7" }, "operations[1].order is '7': give a finite number"],
    [{ turn: 0.5 }, "operations[1].turn is 0.5: give a whole number"],
    [{ oder: 7 }, "operations[1].oder is not of an operation: did you mean order?"],
    [{ result: 7 }, "operations[1].result is not of an operation: it has process, call,"],
    [7, "operations[1] is 7: give an operation"],
  ])("%o", (fields, message) => {
    const wrong = typeof fields === "number" ? fields : { ...READ, ...fields };
    expect(() => makeHistory([READ, wrong as Operation])).toThrow(`makeHistory: ${message}`);
  });
});

describe("a program gives a call that is none", () => {
  test.each<[unknown, string]>([
    [{ f: "write", vlaue: 3 }, "operations[0].input.vlaue is not an option: did you mean value?"],
    [{ f: "write" }, "operations[0].input.value is undefined: give a value, null for none"],
    [{ f: Symbol("x"), value: 3 }, "operations[0].input.f is Symbol(x): give a text"],
    [["write", 3], "operations[0].input is [ 'write', 3 ]: give an object such as { f:"],
    [null, "operations[0].input is null"],
  ])("%o", (input, message) => {
    const history = makeHistory([{ ...READ, input } as Operation]);
    expect(() => interpretHistory(history, models.register)).toThrow(message);
  });

  test("a value that holds itself", () => {
    const list: unknown[] = [];
    list.push(list);
    const history = makeHistory([ok("a", 0, 1, ["write", list as Value])]);
    expect(() => interpretHistory(history, models.register)).toThrow(
      "a value nests deeper than 1000, or holds itself",
    );
  });

  test("a history that no model has read is refused: by its own terms all is violated", () => {
    const history = makeHistory([READ]);
    for (const model of Object.values(models) as AnyFileModel[])
      expect(() => checkLinearizable(history, model)).toThrow(
        `the history is not in the terms of the model ${model.name}: give what interpretHistory(`,
      );
  });
});

describe("a program gives a reading that is none", () => {
  test.each<[object, string]>([
    [{ intial: 0 }, "options.reading.intial is not an option: did you mean initial?"],
    [{ unknownReads: "yes" }, "reading.unknownReads is 'yes': give true"],
    [{ independent: 1 }, "reading.independent is 1: give true or false"],
    [{ initial: new Date(0) }, "reading.initial is"],
  ])("%o", (reading, message) => {
    expect(() => makeHistory([READ], { reading })).toThrow(message.replace("options.", ""));
  });
});

describe("what has nothing to compare is refused with its place", () => {
  class Point {
    readonly x = 1;
  }
  test.each<[unknown, string]>([
    [new Date(0), "its output is a Date"],
    [[{ when: new Date(0) }], "its output[0].when is a Date"],
    [new Map([[1, 2]]), "its output is a Map"],
    [/x/, "its output is a RegExp"],
    [new Point(), "its output is a Point"],
    [new EdnSet([1, { at: () => 1 } as never]), "its output.items"],
    [() => 1, "its output is a function"],
  ])("%s", (output, place) => {
    const act = (): unknown =>
      interpretHistory(makeHistory([ok("a", 0, 1, ["read"], output as Value)]), models.register);
    expect(act).toThrow(place);
  });

  test("different values have different texts", () => {
    const given = [{ 0: 1 }, new Uint8Array([1]), [1], { a: null }, { a: undefined }, [null]];
    const all = [...given, [undefined], [], null, undefined, 1n << 60n];
    expect(new Set(all.map((one) => canonical(one as Value))).size).toBe(all.length);
  });

  test.each(["a,:b", "", ":a", "a b", 'a"', "a)", "a]"])("a name such as %j", (name) => {
    expect(() => new EdnKeyword(name)).toThrow("cannot be the name of a keyword");
    expect(() => new EdnSymbol(name)).toThrow("cannot be the name of a symbol");
  });
});

describe("only :nemesis is the nemesis", () => {
  const edn = (process: string): number =>
    parseHistory(
      `{:process ${process}, :type :invoke, :f :read, :value nil}
{:process ${process}, :type :ok, :f :read, :value 9}
{:process 0, :type :invoke, :f :read, :value nil}`,
      "edn",
    ).operations.length;
  const log = (process: string): number =>
    parseHistory(
      `INFO  jepsen.util - ${process}\t:invoke\t:read\tnil
INFO  jepsen.util - ${process}\t:ok\t:read\t9
INFO  jepsen.util - 0\t:invoke\t:read\tnil`,
      "jepsen",
    ).operations.length;

  test.each([
    [":nemesis", 1],
    ["nemesis", 1],
    ['"nemesis"', 1],
    [":db-nemesis-reader", 2],
    ['"nemesis-1"', 2],
  ])("beside one of a client, %s makes %d operations in EDN", (process, count) =>
    expect(edn(process)).toBe(count),
  );

  test.each([
    [":nemesis", 1],
    ["client-nemesis-2", 2],
  ])("beside one of a client, %s makes %d operations in a log", (process, count) =>
    expect(log(process)).toBe(count),
  );
});
