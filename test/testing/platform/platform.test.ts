import * as browser from "../../../packages/testing/src/platform/browser.ts";
import * as node from "../../../packages/testing/src/platform/node.ts";
import fc from "fast-check";
import { expect, test } from "vitest";

const DICTIONARY = new TextEncoder().encode("leader follower candidate partition crash power");

test("both platforms offer the same names", () => {
  expect(Object.keys(browser).toSorted()).toEqual(Object.keys(node).toSorted());
});

test("each reads what the other compressed", () => {
  const words = fc.array(fc.constantFrom("leader ", "crash ", "power ", "x", "é"), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(words, (some) => {
      const bytes = new TextEncoder().encode(some.join(""));
      for (const [writer, reader] of [
        [browser, node],
        [node, browser],
      ] as const) {
        const packed = writer.deflate(bytes, DICTIONARY);
        expect(reader.inflate(packed, DICTIONARY, 10_000)).toEqual(bytes);
      }
    }),
  );
});

test("neither reads more than it should", () => {
  const packed = node.deflate(new Uint8Array(1_000_000), DICTIONARY);
  for (const { inflate } of [browser, node]) {
    expect(() => inflate(packed, DICTIONARY, 999_999)).toThrow();
    expect(inflate(packed, DICTIONARY, 1_000_000)).toHaveLength(1_000_000);
  }
});

test("neither reads what is cut off or damaged", () => {
  const packed = node.deflate(new TextEncoder().encode("leader crash leader power"), DICTIONARY);
  for (const { inflate } of [browser, node])
    for (const damaged of [packed.subarray(0, -2), new Uint8Array([255, 255, 255])])
      expect(() => inflate(damaged, DICTIONARY, 1000)).toThrow();
});

test("both compute the same digest of a text", () => {
  expect(browser.sha256Of("ahoy é")).toBe(node.sha256Of("ahoy é"));
});

test("both compare plain data by its content", () => {
  const pairs: readonly (readonly [unknown, unknown])[] = [
    [
      { a: [1, { b: "c" }], d: null },
      { d: null, a: [1, { b: "c" }] },
    ],
    [{ a: undefined }, {}],
    [
      [1, 2],
      [1, 2, 3],
    ],
    [{ a: 1 }, { a: "1" }],
    [new Uint8Array([1, 2]), new Uint8Array([1, 2])],
    [Number.NaN, Number.NaN],
    [undefined, null],
  ];
  const [one, other] = [browser, node].map(({ isDeepStrictEqual }) =>
    pairs.map(([left, right]) => isDeepStrictEqual(left, right)),
  );
  expect(one).toEqual(other);
});

test("both let other work run", async () => {
  for (const { nextTurn } of [browser, node]) {
    let ran = false;
    setTimeout(() => (ran = true), 0);
    for (let turns = 0; !ran && turns < 100_000; turns += 1) await nextTurn();
    expect(ran).toBe(true);
  }
});
