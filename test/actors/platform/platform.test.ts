import * as browser from "../../../packages/actors/src/platform/browser.ts";
import * as node from "../../../packages/actors/src/platform/node.ts";
import fc from "fast-check";
import { expect, test } from "vitest";

/** The library's types of `Buffer` differ from those of Node. */
const BOTH = [browser as unknown as typeof node, node] as const;

const bytes = fc.uint8Array({ maxLength: 200 });

test("both platforms offer the same names", () => {
  expect(Object.keys(browser).toSorted()).toEqual(Object.keys(node).toSorted());
});

test("both compute the same CRC-32, in parts as well", () => {
  fc.assert(
    fc.property(bytes, bytes, (first, second) => {
      const [before] = [browser.crc32(first)];
      expect(before).toBe(node.crc32(first));
      // For no bytes zlib returns 0, whatever came before.
      fc.pre(second.length > 0);
      expect(browser.crc32(second, before)).toBe(node.crc32(second, before));
    }),
  );
});

test("both compute the same SHA-256, in parts as well", () => {
  fc.assert(
    fc.property(bytes, fc.string({ unit: "grapheme" }), (part, text) => {
      const digests = BOTH.map(({ sha256 }) =>
        (["hex", "base64"] as const).map((form) => sha256().update(part).update(text).digest(form)),
      );
      expect(digests[0]).toEqual(digests[1]);
    }),
  );
});

test("both read and write the same numbers", () => {
  const encodings = ["latin1", "hex", "base64"] as const;
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 8, maxLength: 40 }), bytes, (some, other) => {
      const results = BOTH.map(({ Buffer }) => {
        const one = Buffer.from(some);
        const written = Buffer.alloc(12);
        written.writeUInt32LE(one.readUInt32LE(1));
        written.writeBigUInt64LE(one.readBigUInt64LE(), 4);
        return [
          ...encodings.map((encoding) => one.toString(encoding)),
          [...written],
          Array.from(Buffer.concat([one, other])),
          Buffer.compare(some, other),
          one.indexOf(Buffer.from(some.subarray(2, 6)), 1),
        ];
      });
      expect(results[0]).toEqual(results[1]);
    }),
  );
});

test("both write the same texts", () => {
  const texts = fc.array(fc.constantFrom("a", "é", "世", "🛶", "\u0000"));
  fc.assert(
    fc.property(texts, (parts) => {
      const text = parts.join("");
      const results = BOTH.map(({ Buffer }) => {
        const written = Buffer.alloc(200);
        const length = written.write(text, 3, "utf8");
        return [[...Buffer.from(text, "utf8")], Buffer.byteLength(text), length, [...written]];
      });
      expect(results[0]).toEqual(results[1]);
    }),
  );
});

test("a read past the end is an error on both", () => {
  for (const { Buffer } of BOTH) {
    expect(() => Buffer.alloc(3).readUInt32LE()).toThrow(RangeError);
    expect(() => Buffer.alloc(7).readBigUInt64LE()).toThrow(RangeError);
    expect(() => Buffer.alloc(8).readUInt32LE(6)).toThrow(RangeError);
  }
});

test("both tell bytes and boxes from other values", () => {
  const values: readonly unknown[] = [
    new Uint8Array(2),
    Buffer.alloc(1),
    new Uint16Array(2),
    [1],
    Object(1),
    Object("text"),
    Object(true),
    Object(1n),
    new Date(0),
    {},
    null,
    "text",
  ];
  const [one, other] = BOTH.map(({ isUint8Array, isBoxedPrimitive }) =>
    values.map((value) => [isUint8Array(value), isBoxedPrimitive(value)]),
  );
  expect(one).toEqual(other);
});

test("a browser is never sure that a long array is bare, and shows values for errors", () => {
  const long = Array.from({ length: 100 }, () => 0);
  expect([node.isSurelyBare(long), browser.isSurelyBare(long)]).toEqual([true, false]);
  const circle: { self?: unknown } = {};
  circle.self = circle;
  expect(
    [{ a: [1] }, "it's", undefined, 1n, circle].map((value) => browser.inspect(value)),
  ).toEqual(['{"a":[1]}', '"it\'s"', "undefined", "1", "[object Object]"]);
});
