/** Plain data as bytes and back, into buffers of its own or shared ones. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decode, encode, encodeShared } from "../../../packages/actors/src/bytes/codec.ts";
import { plain } from "../support/mail/on-the-wire.ts";

describe("the codec", () => {
  const data = fc.anything({
    values: [fc.boolean(), fc.integer(), fc.double(), fc.string(), fc.constant(null)],
  });

  test("decodes plain data unchanged", () => {
    for (const value of [
      null,
      true,
      -1,
      1.5,
      2 ** 53 - 1,
      "ü€😀",
      [],
      [[1, [2]]],
      { a: { b: [] } },
      "",
    ])
      expect(decode(encode(value))).toEqual(value);
    expect(plain(decode(encode(Uint8Array.of(1, 2))))).toEqual({ bytes: [1, 2] });
  });

  test("returns data that later values do not change, large and small", () => {
    const packed = [4, 100, 600, 5000].map((size) => encode([new Uint8Array(size).fill(7), "ü"]));
    const values = [...packed, ...packed].map(decode);
    packed.map((each) => decode(encode(new Uint8Array(each.length - 8).fill(9))));
    expect(plain(values)).toEqual(plain([...packed, ...packed].map((each) => decode(each))));
  });

  test("rejects a value that is cut off, whatever was decoded before it", () => {
    fc.assert(
      fc.property(data, data, (before, value) => {
        const [longer, packed] = [encode([before, value]), encode(value)];
        for (let end = 0; end < packed.length; end += 1) {
          decode(longer);
          expect(() => decode(packed.subarray(0, end))).toThrow();
          expect(() =>
            decode(Uint8Array.from([...packed, ...packed.subarray(0, end + 1)])),
          ).toThrow();
        }
      }),
      { seed: 6, numRuns: 50 },
    );
  });

  test("encodes into a separate buffer of the exact size, which may be transferred", () => {
    for (const size of [0, 1, 100, 8192, 65_536, 1_000_000]) {
      const packed = encode(new Uint8Array(size));
      expect(packed.buffer.byteLength).toBe(packed.length);
      structuredClone(packed, { transfer: [packed.buffer] });
      expect(plain(decode(encode([size])))).toEqual([size]);
    }
  });

  test("never changes what it encoded into a shared buffer, nor the space before it", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(data, fc.nat(255), fc.nat(255)), { maxLength: 50 }), (some) => {
        const packed = some.map(([value, room, mark]) => {
          const shared = encodeShared(value, room).fill(mark, 0, room);
          return { shared, copy: Uint8Array.from(shared), room, value };
        });
        for (const { shared, copy, room, value } of packed) {
          expect(Buffer.compare(shared, copy)).toBe(0);
          expect(Buffer.compare(shared.subarray(room), encode(value))).toBe(0);
        }
      }),
      { seed: 5, numRuns: 50 },
    );
  });

  test("starts a new buffer when one is full, also for values larger than a buffer", () => {
    const sizes = [60_000, 10, 60_000, 200_000, 10, 10_000, 10_000, 10_000, 10_000];
    const packed = sizes.map((size, at) => encodeShared(new Uint8Array(size).fill(at), 16));
    for (const [at, shared] of packed.entries())
      expect(plain(decode(shared.subarray(16)))).toEqual({ bytes: Array(sizes[at]).fill(at) });
  });

  test("is not affected by data that cannot be encoded", () => {
    const circle: unknown[] = [];
    circle.push(circle);
    expect(() => encodeShared(circle)).toThrow(RangeError);
    expect(() => encode(Symbol("no"))).toThrow();
    expect(decode(encodeShared([1, "a"]))).toEqual([1, "a"]);
    expect(decode(encode([1, "a"]))).toEqual([1, "a"]);
  });

  test("leaves space for 0 to 255 bytes, not more", () => {
    expect(() => encodeShared(1, 256)).toThrow("room for 256 bytes; the most is 255");
  });
});
