/** Byte strings that are packed into one block, and taken out of it as views. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FrameError, unpackFrames } from "../../../packages/actors/src/mail/frames.ts";
import { bytes } from "../support/mail/arbitrary-parcels.ts";
import { packFrames, plain } from "../support/mail/on-the-wire.ts";

describe("frames", () => {
  const parts = fc.array(fc.option(bytes, { nil: undefined }), { maxLength: 6 });

  test("are decoded unchanged; an empty one is distinguished from none at all", () => {
    fc.assert(
      fc.property(parts, (some) => {
        expect(plain(unpackFrames(packFrames(some)))).toEqual(plain(some));
      }),
      { seed: 4 },
    );
    expect(plain(unpackFrames(packFrames([undefined, new Uint8Array()])))).toEqual([
      undefined,
      { bytes: [] },
    ]);
  });

  test("are views of the block, even inside a larger one, and copies if they are short", () => {
    const [small, large] = [Uint8Array.of(1, 2), new Uint8Array(65).fill(3)];
    const block = packFrames([small, large]);
    const outer = new Uint8Array(block.length + 3);
    outer.set(block, 3);
    const frames = unpackFrames(outer.subarray(3));
    expect(frames.map((frame) => frame?.buffer === outer.buffer)).toEqual([false, true]);
    expect(plain(frames)).toEqual(plain([small, large]));
  });

  test("cut off anywhere but between two are rejected", () => {
    const block = packFrames([Uint8Array.of(1, 2), undefined, new Uint8Array()]);
    const cuts = Array.from(block, (_, at) => {
      try {
        return unpackFrames(block.subarray(0, at)).length;
      } catch (error) {
        return error instanceof FrameError ? "refused" : error;
      }
    });
    const refused = (count: number): string[] => Array<string>(count).fill("refused");
    expect(cuts).toEqual([0, ...refused(5), 1, ...refused(3), 2, ...refused(3)]);
  });
});
