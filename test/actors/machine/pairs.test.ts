/** A map that is iterated as of one moment while it keeps changing. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Pairs } from "../../../packages/actors/src/machine/pairs.ts";

const KEYS = Array.from("abcdefghijklmnopqrst");

/** Pairs of these keys, each with itself as the value. */
function pairsOf(...keys: readonly string[]): Pairs {
  const pairs = new Pairs();
  for (const key of keys) pairs.set(key, key);
  return pairs;
}

/** Everything that an iteration returns, in order. */
function contents(iteration: Iterable<readonly string[]>): string[] {
  return [...iteration].flat();
}

describe("an iteration", () => {
  test("shows the moment at which it began, whatever is set, removed and set again meanwhile", () => {
    const pairs = pairsOf("a", "b", "c");
    const iteration = pairs.iterate(1);
    expect(iteration.next()).toEqual({ done: false, value: ["a", "a"] });
    pairs.set("a", "new");
    pairs.delete("b");
    pairs.set("d", "d");
    pairs.delete("c");
    pairs.set("c", "back");
    expect(contents(iteration)).toEqual(["b", "b", "c", "c"]);
    expect(["a", "b", "c", "d"].map((key) => pairs.get(key))).toEqual([
      "new",
      undefined,
      "back",
      "d",
    ]);
    expect(contents(pairs.iterate(1))).toEqual(["a", "new", "d", "d", "c", "back"]);
  });

  test("returns runs of about this many characters, of at least one pair", () => {
    const pairs = pairsOf("aa", "bb", "cccccc", "d");
    expect([...pairs.iterate(8)]).toEqual([
      ["aa", "aa", "bb", "bb"],
      ["cccccc", "cccccc"],
      ["d", "d"],
    ]);
    expect([...new Pairs().iterate(8)]).toEqual([]);
  });

  test("may end early without consequences", () => {
    const pairs = pairsOf("a", "b");
    const iteration = pairs.iterate(1);
    pairs.set("b", "new");
    iteration.return?.();
    expect(iteration.next()).toEqual({ done: true, value: undefined });
    expect(contents(pairs.iterate(1))).toEqual(["a", "a", "b", "new"]);
  });

  test.each([
    ["another begins", (pairs: Pairs): unknown => pairs.iterate(1)],
    ["all pairs are removed", (pairs: Pairs): void => pairs.clear()],
  ])("is aborted when %s, and throws then", (_title, happen) => {
    const pairs = pairsOf("a", "b");
    const iteration = pairs.iterate(1);
    iteration.next();
    happen(pairs);
    expect(() => iteration.next()).toThrow(
      "this iteration was ended by a later snapshot or a restore",
    );
  });
});

describe("at any moment: during an iteration, and before and after one", () => {
  type Act =
    | { readonly type: "set" | "delete"; readonly key: string }
    | { readonly type: "begin" | "next" | "end" | "clear" };
  const key = fc.constantFrom(...KEYS);
  const act: fc.Arbitrary<Act> = fc.oneof(
    { weight: 12, arbitrary: fc.record({ type: fc.constant("set" as const), key }) },
    { weight: 8, arbitrary: fc.record({ type: fc.constant("delete" as const), key }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constantFrom("begin", "next") }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constantFrom("end", "clear") }) },
  );

  test("it equals a Map, including the order, and each iteration what that Map was", () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 200, size: "max" }), (acts) => {
        const [pairs, model] = [new Pairs(), new Map<string, string>()];
        let iteration: IterableIterator<readonly string[]> | undefined;
        let due: string[] = [];
        acts.forEach((one, at) => {
          switch (one.type) {
            case "set":
              pairs.set(one.key, `${at}`);
              model.set(one.key, `${at}`);
              break;
            case "delete":
              expect(pairs.delete(one.key)).toBe(model.delete(one.key));
              break;
            case "begin":
              iteration = pairs.iterate(1);
              due = [...model].flat();
              break;
            case "next":
              if (iteration === undefined) break;
              expect(iteration.next().value ?? []).toEqual(due.splice(0, 2));
              break;
            case "end":
              if (iteration !== undefined) expect(contents(iteration)).toEqual(due);
              iteration = undefined;
              break;
            case "clear":
              pairs.clear();
              model.clear();
              iteration = undefined;
              break;
            default:
              one satisfies never;
          }
          expect(KEYS.filter((of) => pairs.get(of) !== model.get(of))).toEqual([]);
          expect(new Map(pairs.startingWith(""))).toEqual(model);
        });
        expect(contents(pairs.iterate(1))).toEqual([...model].flat());
      }),
      { seed: 7, numRuns: 60 },
    );
  }, 60_000);

  test("changes during an iteration are merged little by little, and all of them are", () => {
    const pairs = pairsOf(...Array.from({ length: 100 }, (_, at) => `k${at}`));
    const iteration = pairs.iterate(1);
    for (let at = 0; at < 100; at += 2) pairs.delete(`k${at}`);
    for (let at = 0; at < 100; at += 4) pairs.set(`k${at}`, "back");
    iteration.return?.();
    for (let at = 100; at < 200; at += 1) pairs.set(`k${at}`, "new");
    const due = [
      ...Array.from({ length: 50 }, (_, at) => [`k${at * 2 + 1}`, `k${at * 2 + 1}`]),
      ...Array.from({ length: 25 }, (_, at) => [`k${at * 4}`, "back"]),
      ...Array.from({ length: 100 }, (_, at) => [`k${at + 100}`, "new"]),
    ];
    expect(contents(pairs.iterate(1))).toEqual(due.flat());
  });
});
