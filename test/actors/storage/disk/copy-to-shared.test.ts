/** Bytes reach shared memory unchanged, wherever they are and wherever they go. */
import { expect, test } from "vitest";
import { copyToShared } from "../../../../packages/actors/src/storage/disk/copy-to-shared.ts";

/** Around the bounds of what is copied at once. */
const LENGTHS = [0, 1, 255, 256, 257, 65_535, 65_536, 65_537, 200_003];

test("bytes are copied whole, and nothing beside them changes, for every pair of places", () => {
  const source = Uint8Array.from({ length: 200_016 }, (_, at) => (at * 7 + (at >> 8)) & 0xff);
  const shared = new Uint8Array(new SharedArrayBuffer(200_040), 8);
  const wrong: string[] = [];
  for (const length of LENGTHS)
    for (let from = 0; from < 8; from += 3)
      for (let to = 1; to < 9; to += 1) {
        const bytes = source.subarray(from, from + length);
        shared.fill(0xee, 0, to + length + 8);
        copyToShared(shared, to, bytes);
        const around = [shared[to - 1], shared[to + length]];
        const isSame = Buffer.compare(bytes, shared.slice(to, to + length)) === 0;
        if (!isSame || around[0] !== 0xee || around[1] !== 0xee)
          wrong.push(`${length} bytes from ${from} to ${to}`);
      }
  expect(wrong).toEqual([]);
});
