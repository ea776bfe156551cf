/** The fields of mail have the bytes that the general encoder gives them. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decode, encode } from "../../../packages/actors/src/bytes/codec.ts";
import { encodeFields } from "../../../packages/actors/src/mail/encode-fields.ts";
import { Frames } from "../../../packages/actors/src/mail/frames.ts";
import { bytes } from "../support/mail/arbitrary-parcels.ts";
import { packFrames } from "../support/mail/on-the-wire.ts";

describe("fields", () => {
  const some = fc.array(fc.option(bytes, { nil: undefined }), { maxLength: 6 });
  const field = fc.oneof(
    fc.integer(),
    fc.maxSafeNat(),
    fc.double({ noNaN: true }).filter((value) => !Object.is(value, -0)),
    fc.boolean(),
    fc.constantFrom(null, undefined, "", "n1", "a".repeat(300)),
    bytes,
    fc.constantFrom(0, 255, 256, 65_535, 65_536, 200_000).map((size) => new Uint8Array(size)),
    some.map((parts) => new Frames(parts)),
  );
  const fields = fc.array(fc.oneof(field, fc.array(field, { maxLength: 20 })), { maxLength: 5 });

  /** The same with each block of frames in a byte string of its own. */
  function packed(value: unknown): unknown {
    if (value instanceof Frames) return packFrames(value.parts);
    return Array.isArray(value) ? value.map(packed) : value;
  }

  test("have the bytes that the general encoder gives them", () => {
    fc.assert(
      fc.property(fields, (some) => {
        expect(Buffer.compare(encodeFields(some), encode(packed(some)))).toBe(0);
      }),
      { seed: 6 },
    );
  });

  test("that are no mail are refused, and leave nothing in the next ones", () => {
    expect(() => encodeFields([1, [2, new Date(0)]])).toThrow("mail is made of");
    expect(() => encodeFields(["\ud800"])).toThrow("the texts of mail are well-formed");
    expect(decode(encodeFields([3]))).toEqual([3]);
  });
});
