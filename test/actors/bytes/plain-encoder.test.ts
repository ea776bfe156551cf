import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decode, encode } from "../../../packages/actors/src/bytes/codec.ts";
import {
  ASKED_DEPTH_MAX,
  checkPlain,
  encodePlain,
  encodePlainPair,
} from "../../../packages/actors/src/bytes/plain-encoder.ts";
import { NotPlainError } from "../../../packages/actors/src/bytes/plain-flaw.ts";
import { difference } from "../support/exact.ts";
import { CARRIED, LARGE, REFUSED } from "../support/plain-values.ts";

/** Any plain data, rich in what msgpack or its decoder could change. */
const plain = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.constantFrom(null, undefined, true, false, 0, -0, NaN, Infinity, -Infinity),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double(),
    fc.string({ unit: "binary", maxLength: 100 }),
    fc.string({ unit: "grapheme", maxLength: 100 }).map((text) => `\ufeff${text}`),
    fc.uint8Array({ maxLength: 700 }),
    fc.array(tie("value"), { maxLength: 80 }),
    fc
      .array(fc.tuple(fc.string({ unit: "binary" }), tie("value")))
      .map((entries) => Object.fromEntries(entries.filter(([key]) => key !== "__proto__"))),
    fc
      .dictionary(fc.string(), tie("value"))
      .map((fields) => Object.setPrototypeOf({ ...fields }, null) as unknown),
  ),
})).value;

describe("what is carried comes back exactly", () => {
  test.each([...CARRIED, ...LARGE])("%s", (_title, value, ...[arrives = value]) => {
    const bytes = encodePlain(value, "it");
    expect(difference(decode(bytes), arrives)).toBeUndefined();
    expect(difference(decode(new Uint8Array(bytes)), arrives)).toBeUndefined();
  });

  test.each(CARRIED)("inside a list and an object: %s", (_title, value, ...[arrives = value]) => {
    // The limit of nesting is for the whole.
    if (_title === "nested to the limit") return;
    const bytes = encodePlainPair(7, { a: [value] }, "it");
    expect(difference(decode(bytes), [7, { a: [arrives] }])).toBeUndefined();
  });

  test("in the same bytes, however it was made", () => {
    const computed = [0, 1].map((zero) => (zero === 0 ? zero / zero : NaN));
    const payload = new Float64Array(new BigUint64Array([0x7ff8_0000_0000_0123n]).buffer);
    const nans = [NaN, ...computed, payload[0], Infinity - Infinity, -NaN];
    const all = nans.map((nan) => Buffer.from(encodePlain({ nan }, "it")).toString("hex"));
    expect(new Set(all).size).toBe(1);
    for (const [, value] of CARRIED) {
      const bytes = encodePlain(value, "it");
      expect(Buffer.compare(encodePlain(decode(bytes), "it"), bytes)).toBe(0);
    }
  });

  test("whatever it is, with and without space before it, large and small", () => {
    fc.assert(
      fc.property(plain, fc.nat(255), (value, room) => {
        const bytes = encodePlain(value, "it", { room });
        expect(difference(decode(bytes.subarray(room)), value)).toBeUndefined();
        const copy = decode(Uint8Array.from(bytes.subarray(room)));
        expect(Buffer.compare(encodePlain(copy, "it"), bytes.subarray(room))).toBe(0);
      }),
      { seed: 53, numRuns: Number(process.env["KONTIKI_PLAIN_RUNS"] ?? 300) },
    );
  });

  test("in the bytes that msgpackr writes, unless those would not be exact", () => {
    const ordinary = fc.anything({
      values: [
        fc.boolean(),
        fc.integer(),
        fc.maxSafeInteger(),
        fc.double({ noNaN: true }).filter((number) => !Object.is(number, -0)),
        fc
          .string({ unit: "grapheme", maxLength: 300 })
          .filter((text) => !text.startsWith("\ufeff")),
        fc.constantFrom(null, undefined),
        fc.uint8Array({ maxLength: 300 }),
      ],
      key: fc.string().filter((key) => key !== "__proto__"),
    });
    fc.assert(
      fc.property(ordinary, (value) => {
        expect(Buffer.compare(encodePlain(value, "it"), encode(value))).toBe(0);
      }),
      { seed: 54, numRuns: 300 },
    );
  });

  test("two different values have different bytes", () => {
    const seen = new Map<string, string>();
    for (const [title, value] of CARRIED) {
      const bytes = Buffer.from(encodePlain(value, "it")).toString("hex");
      const same = seen.get(bytes);
      if (same !== undefined)
        expect([title, difference(decode(Buffer.from(bytes, "hex")), value)]).toEqual([
          title,
          undefined,
        ]);
      seen.set(bytes, title);
    }
  });
});

describe("what is not carried is refused, with its place", () => {
  test.each(REFUSED)("%s", (_title, value, says) => {
    const act = (): unknown => encodePlain(value, "it", { depthMax: ASKED_DEPTH_MAX });
    expect(act).toThrow(NotPlainError);
    expect(act).toThrow(TypeError);
    expect(act).toThrow(says);
    expect(act).toThrow(/^[^\n]* is [^\n]*, which is not plain data[^\n]*$/);
    expect(() => checkPlain(value, "it", ASKED_DEPTH_MAX)).toThrow(says);
  });

  test("and what is encoded next is as always", () => {
    const before = encodePlain(["before"], "it");
    for (const [, value] of REFUSED)
      expect(() => encodePlain([-0, value], "it", { depthMax: ASKED_DEPTH_MAX })).toThrow();
    const after = encodePlain(["after"], "it");
    expect([before, after].map(decode)).toEqual([["before"], ["after"]]);
  });
});

test("a getter may encode as well", () => {
  const inner: unknown[] = [];
  const value = [
    1,
    {
      get a() {
        inner.push(decode(encodePlain({ b: "inner" }, "it")));
        expect(() => encodePlain(new Map(), "it")).toThrow(NotPlainError);
        return "outer";
      },
    },
    2,
  ];
  expect(decode(encodePlain(value, "it"))).toEqual([1, { a: "outer" }, 2]);
  expect(inner).toEqual([{ b: "inner" }]);
});

test("a getter and a proxy are read once", () => {
  let reads = 0;
  const value = {
    get a() {
      reads += 1;
      return reads === 1 ? 1 : new Date(0);
    },
  };
  expect(decode(encodePlain(value, "it"))).toEqual({ a: 1 });
});

test("leaves space for 0 to 255 bytes, not more", () => {
  expect(() => encodePlain(1, "it", { room: 256 })).toThrow("room for 256 bytes; the most is 255");
});

test.each([
  ["a marked text of something else", [0xd4, 1, 0, 1]],
  ["nothing without a prototype", [0xd4, 2, 0, 0xc0]],
  ["a list without a prototype", [0xd4, 2, 0, 0x90]],
])("damage is an error: %s", (_title, bytes) => {
  expect(() => decode(Uint8Array.from(bytes))).toThrow();
});
