/** Logs of format 2, which earlier versions wrote, are read, continued, and repaired. */
import * as fc from "fast-check";
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { openStorage } from "../../../../packages/actors/src/storage/recovery/open-storage.ts";
import { segmentName } from "../../../../packages/actors/src/storage/wal/wal-format.ts";
import { batchesOf } from "../../support/storage/arbitraries.ts";
import { flipped, offsets, opened } from "../../support/storage/damage.ts";
import { filesOf, memoryDisk } from "../../support/storage/disks.ts";
import { inFormat2 } from "../../support/storage/format-2.ts";
import {
  append,
  command,
  contentsAfter,
  hardState,
  noop,
  truncate,
  type Batch,
} from "../../support/storage/model.ts";
import { contentOf, contentOn, diskWith, writeAll } from "../../support/storage/writing.ts";

const BATCHES: readonly Batch[] = [
  [hardState(1, "n1"), append(noop(1, 1), command(2, 1, "a"))],
  [append(command(3, 1, "b"), command(4, 1, "c"))],
  [hardState(2, "n2"), truncate(3), append(noop(4, 2))],
  [append(noop(5, 2))],
];
const [FIRST, SECOND] = [segmentName(1), segmentName(2)] as const;
const HEADER_FORMAT_AT = 8;
/** Of the batches above, as version 0.1 wrote them. */
const RECORDED_BYTES = 418;
const RECORDED_SHA256 = "a3c161e2551ec22ebe75633e603c1ee20e12e9963a186f380af2012833c9a7f0";

function formats(files: Record<string, Uint8Array>): Record<string, number> {
  const segments = Object.entries(files).filter(([name]) => name.endsWith(".wal"));
  return Object.fromEntries(
    segments.map(([name, bytes]) => [name, Buffer.from(bytes).readUInt32LE(HEADER_FORMAT_AT)]),
  );
}

/** Logs with all their segments. */
const uncompacted = batchesOf({ max: 6 }).filter((batches) =>
  batches.flat().every(({ type }) => type !== "compact" && type !== "install"),
);

test("the bytes are those that the earlier version wrote", () => {
  const { [FIRST]: bytes = new Uint8Array() } = inFormat2(filesOf(diskWith(BATCHES)));
  expect([bytes.length, createHash("sha256").update(bytes).digest("hex")]).toEqual([
    RECORDED_BYTES,
    RECORDED_SHA256,
  ]);
});

describe("a log of format 2", () => {
  test("is read as it was written", () => {
    fc.assert(
      fc.property(uncompacted, fc.constantFrom(300, 100_000), (batches, segmentBytes) => {
        const files = inFormat2(filesOf(diskWith(batches, { segmentBytes })));
        expect(contentOn(memoryDisk(files))).toEqual(contentsAfter(batches).at(-1));
      }),
      { numRuns: 50 },
    );
  });

  test("is continued in a new segment of format 4", () => {
    const disk = memoryDisk(inFormat2(filesOf(diskWith(BATCHES.slice(0, 3)))));
    const before = filesOf(disk)[FIRST];
    const storage = openStorage(disk);
    writeAll(storage, BATCHES.slice(3));
    storage.storage.close();
    const files = filesOf(disk);
    expect(formats(files)).toEqual({ [FIRST]: 2, [SECOND]: 4 });
    expect(files[FIRST]).toEqual(before);
    expect(contentOn(disk)).toEqual(contentsAfter(BATCHES).at(-1));
  });

  test("is cut where it is torn", () => {
    const { [FIRST]: bytes = new Uint8Array() } = inFormat2(filesOf(diskWith(BATCHES)));
    const disk = memoryDisk({ [FIRST]: bytes.slice(0, -1) });
    const storage = openStorage(disk);
    expect(contentOf(storage)).toEqual(contentsAfter(BATCHES)[3]);
    writeAll(storage, BATCHES.slice(3));
    expect(contentOn(disk)).toEqual(contentsAfter(BATCHES).at(-1));
  });

  test("that is damaged loses everything before the damage to salvage: a lost batch may have cut it", () => {
    const { [FIRST]: bytes = new Uint8Array() } = inFormat2(filesOf(diskWith(BATCHES)));
    const [, secondAt = 0] = offsets(bytes);
    const { content, salvage, files } = opened({ [FIRST]: flipped(bytes, secondAt + 40) });
    expect([content.entries, content.horizon, salvage]).toEqual([
      ["1@1 noop", '2@1 "a"'],
      { index: 5, term: 2 },
      [{ pieces: [["4@2 noop", "5@2 noop"]], marks: ["3@1", "5@2"] }],
    ]);
    expect(formats(files)).toEqual({ [SECOND]: 4 });
  });

  test("is repaired at its end by the promise file that a start has written", () => {
    const disk = memoryDisk(inFormat2(filesOf(diskWith(BATCHES))));
    openStorage(disk).storage.close();
    const files = filesOf(disk);
    const bad = flipped(files[FIRST], (files[FIRST]?.length ?? 0) - 1);
    const { content, salvage } = opened({ ...files, [FIRST]: bad });
    expect([content, salvage]).toEqual([
      { ...contentsAfter(BATCHES)[3], horizon: { index: 5, term: 2 } },
      [{ pieces: [], marks: ["5@2"] }],
    ]);
  });
});
