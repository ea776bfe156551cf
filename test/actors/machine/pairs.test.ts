/** A map that is drawn as it was while it changes on. */
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

/** All that is drawn, in order. */
function drawn(drawing: Iterable<readonly string[]>): string[] {
  return [...drawing].flat();
}

describe("a drawing", () => {
  test("shows the moment at which it began, whatever is put, removed and put again meanwhile", () => {
    const pairs = pairsOf("a", "b", "c");
    const drawing = pairs.draw(1);
    expect(drawing.next()).toEqual({ done: false, value: ["a", "a"] });
    pairs.set("a", "new");
    pairs.delete("b");
    pairs.set("d", "d");
    pairs.delete("c");
    pairs.set("c", "back");
    expect(drawn(drawing)).toEqual(["b", "b", "c", "c"]);
    expect(["a", "b", "c", "d"].map((key) => pairs.get(key))).toEqual([
      "new",
      undefined,
      "back",
      "d",
    ]);
    expect(drawn(pairs.draw(1))).toEqual(["a", "new", "d", "d", "c", "back"]);
  });

  test("comes in runs of about so many characters, of at least one pair", () => {
    const pairs = pairsOf("aa", "bb", "cccccc", "d");
    expect([...pairs.draw(8)]).toEqual([
      ["aa", "aa", "bb", "bb"],
      ["cccccc", "cccccc"],
      ["d", "d"],
    ]);
    expect([...new Pairs().draw(8)]).toEqual([]);
  });

  test("ends early without a trace", () => {
    const pairs = pairsOf("a", "b");
    const drawing = pairs.draw(1);
    pairs.set("b", "new");
    drawing.return?.();
    expect(drawing.next()).toEqual({ done: true, value: undefined });
    expect(drawn(pairs.draw(1))).toEqual(["a", "a", "b", "new"]);
  });

  test.each([
    ["another begins", (pairs: Pairs): unknown => pairs.draw(1)],
    ["all is removed", (pairs: Pairs): void => pairs.clear()],
  ])("is broken off when %s, and says so", (_title, happen) => {
    const pairs = pairsOf("a", "b");
    const drawing = pairs.draw(1);
    drawing.next();
    happen(pairs);
    expect(() => drawing.next()).toThrow("the state is drawn by a later snapshot, or gone");
  });
});

describe("at any moment, with a drawing or without, before and after one", () => {
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

  test("it is what a Map would be, to the order, and each drawing what that Map was", () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 200, size: "max" }), (acts) => {
        const [pairs, model] = [new Pairs(), new Map<string, string>()];
        let drawing: IterableIterator<readonly string[]> | undefined;
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
              drawing = pairs.draw(1);
              due = [...model].flat();
              break;
            case "next":
              if (drawing === undefined) break;
              expect(drawing.next().value ?? []).toEqual(due.splice(0, 2));
              break;
            case "end":
              if (drawing !== undefined) expect(drawn(drawing)).toEqual(due);
              drawing = undefined;
              break;
            case "clear":
              pairs.clear();
              model.clear();
              drawing = undefined;
              break;
            default:
              one satisfies never;
          }
          expect(KEYS.filter((of) => pairs.get(of) !== model.get(of))).toEqual([]);
          expect(new Map(pairs.startingWith(""))).toEqual(model);
        });
        expect(drawn(pairs.draw(1))).toEqual([...model].flat());
      }),
      { seed: 7, numRuns: 60 },
    );
  }, 60_000);

  test("changes during a drawing are carried over little by little, and all of them", () => {
    const pairs = pairsOf(...Array.from({ length: 100 }, (_, at) => `k${at}`));
    const drawing = pairs.draw(1);
    for (let at = 0; at < 100; at += 2) pairs.delete(`k${at}`);
    for (let at = 0; at < 100; at += 4) pairs.set(`k${at}`, "back");
    drawing.return?.();
    for (let at = 100; at < 200; at += 1) pairs.set(`k${at}`, "new");
    const due = [
      ...Array.from({ length: 50 }, (_, at) => [`k${at * 2 + 1}`, `k${at * 2 + 1}`]),
      ...Array.from({ length: 25 }, (_, at) => [`k${at * 4}`, "back"]),
      ...Array.from({ length: 100 }, (_, at) => [`k${at + 100}`, "new"]),
    ];
    expect(drawn(pairs.draw(1))).toEqual(due.flat());
  });
});
