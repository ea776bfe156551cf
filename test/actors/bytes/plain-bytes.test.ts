/** Which bytes are plain data: all that `encodePlain` writes, and no others that a decoder would read. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { decode } from "../../../packages/actors/src/bytes/codec.ts";
import { isPlain } from "../../../packages/actors/src/bytes/plain-bytes.ts";
import { ASKED_DEPTH_MAX, encodePlain } from "../../../packages/actors/src/bytes/plain-encoder.ts";
import { CARRIED, LARGE } from "../support/plain-values.ts";

const DEPTH = 1000;

/** Whether bytes are plain data, by themselves or among others, which must not count. */
function isPlainWith(bytes: Uint8Array, filling: number): boolean {
  const all = new Uint8Array(bytes.length + 20).fill(filling);
  all.set(bytes, 10);
  return isPlain(all, 10, 10 + bytes.length, DEPTH);
}

test("all that is encoded is, and nothing that is cut off", () => {
  const wrong = [...CARRIED, ...LARGE].flatMap(([title, value]) => {
    const bytes = encodePlain(value, "it").slice();
    const step = Math.max(1, Math.floor(bytes.length / 20));
    const cuts = Array.from({ length: Math.ceil(bytes.length / step) }, (_, at) => at * step);
    const cut = cuts.filter((to) => isPlain(bytes, 0, to, DEPTH));
    return isPlainWith(bytes, 0xff) && cut.length === 0 ? [] : [`${title}: ${cut.join()}`];
  });
  expect(wrong).toEqual([]);
});

test("what is nested deeper than clients may is not", () => {
  const nested = (depth: number): Uint8Array => {
    const bytes = new Uint8Array(depth + 1).fill(0x91);
    bytes[depth] = 0xc0;
    return bytes;
  };
  const isAsked = (bytes: Uint8Array): boolean => isPlain(bytes, 0, bytes.length, ASKED_DEPTH_MAX);
  const deepest = Array.from({ length: ASKED_DEPTH_MAX }).reduce((inner) => [inner], [] as unknown);
  expect(isAsked(encodePlain(deepest, "it", { depthMax: ASKED_DEPTH_MAX }))).toBe(true);
  expect([ASKED_DEPTH_MAX + 1, ASKED_DEPTH_MAX + 2].map((depth) => isAsked(nested(depth)))).toEqual(
    [true, false],
  );
});

test("what is, a decoder gives in any place, and an encoder accepts what it gave", () => {
  const frequent = "80819092a0a1c0c1c4c7cacbcccfd0d3d4d5d6d9dadcde626569707273780001020304";
  const heads = fc.constantFrom(...Buffer.from(frequent, "hex"));
  const bytes = fc.array(fc.oneof({ weight: 4, arbitrary: heads }, fc.nat(255)), { maxLength: 12 });
  let plain = 0;
  fc.assert(
    fc.property(bytes, fc.nat(255), (list, filling) => {
      const all = Uint8Array.from(list);
      const alone = isPlain(all, 0, all.length, DEPTH);
      expect(isPlainWith(all, filling)).toBe(alone);
      if (!alone) return;
      plain += 1;
      const before = encodePlain(decode(all), "it").slice();
      decode(encodePlain(new Uint8Array(400).fill(filling), "between"));
      expect(encodePlain(decode(all), "it")).toEqual(before);
    }),
    { seed: 61, numRuns: 3000 },
  );
  expect(plain).toBeGreaterThan(100);
});
