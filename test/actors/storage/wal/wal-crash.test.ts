import { atLeastAsUpToDate, type LogPosition } from "@kontiki/core";
import * as fc from "fast-check";
import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { FileDisk } from "../../../../packages/actors/src/storage/disk/file-disk.ts";
import {
  losePower,
  type MemoryDisk,
} from "../../../../packages/actors/src/storage/disk/memory-disk.ts";
import { openStorage } from "../../../../packages/actors/src/storage/recovery/open-storage.ts";
import { createWal, hasWal } from "../../../../packages/actors/src/storage/wal/open-wal.ts";
import { PROMISE_NAME } from "../../../../packages/actors/src/storage/wal/promise.ts";
import { isSegmentName } from "../../../../packages/actors/src/storage/wal/wal-format.ts";
import { batchesOf } from "../../support/storage/arbitraries.ts";
import { flipped, without, type Files } from "../../support/storage/damage.ts";
import {
  CuttingDisk,
  memoryDisk,
  mortalCalls,
  PowerLoss,
  temporaryFolder,
} from "../../support/storage/disks.ts";
import {
  append,
  contentsAfter,
  contentWithin,
  EMPTY,
  noop,
  type Batch,
  type Content,
} from "../../support/storage/model.ts";
import { checkDamaged, lived, placesIn, type Lived } from "../../support/storage/truth.ts";
import { contentOf, contentOn, live, writeAll } from "../../support/storage/writing.ts";

const SEGMENT_BYTES = fc.constantFrom(1, 250, 500, 100_000);

function segmentsOf(files: Files): readonly (readonly [string, Uint8Array])[] {
  return Object.entries(files).filter(([name]) => isSegmentName(name));
}

/** With and without the promise file, which a crash may have left unwritten. */
function bothWays(log: Lived, files: Files): void {
  checkDamaged(log, files);
  checkDamaged(log, without(files, PROMISE_NAME));
}

test("a log cut at any byte is repaired, or is the log after some batches, or refused", () => {
  fc.assert(
    fc.property(batchesOf({ max: 6 }), SEGMENT_BYTES, (batches, segmentBytes) => {
      const log = lived(batches, segmentBytes);
      for (const [name, bytes] of segmentsOf(log.files))
        for (let cut = 0; cut < bytes.length; cut += 1)
          bothWays(log, { ...log.files, [name]: bytes.slice(0, cut) });
    }),
    { numRuns: 8 },
  );
}, 60_000);

test("a flipped bit is found wherever it is, and costs only its batch", () => {
  fc.assert(
    fc.property(batchesOf({ max: 6 }), SEGMENT_BYTES, fc.nat(7), (batches, segmentBytes, bit) => {
      const log = lived(batches, segmentBytes);
      for (const [name, bytes] of segmentsOf(log.files)) {
        for (let at = 0; at < bytes.length; at += 1) {
          const bad = bytes.slice();
          bad[at] = (bad[at] ?? 0) ^ (1 << ((at + bit) % 8));
          bothWays(log, { ...log.files, [name]: bad });
        }
      }
    }),
    { numRuns: 8 },
  );
}, 60_000);

test("missing segments cost only their batches", () => {
  fc.assert(
    fc.property(batchesOf({ max: 12 }), fc.infiniteStream(fc.boolean()), (batches, chance) => {
      const log = lived(batches, 1);
      for (const [name] of segmentsOf(log.files)) bothWays(log, without(log.files, name));
      const some = segmentsOf(log.files).filter(() => chance.next().value);
      bothWays(log, without(log.files, ...some.map(([name]) => name)));
    }),
    { numRuns: 50 },
  );
}, 60_000);

function isEnd(cause: unknown): boolean {
  return cause instanceof PowerLoss;
}

/** What a crash may leave: everything synced, perhaps the next batch, perhaps only that batch's snapshot. */
function possible(batches: readonly Batch[], flushed: number, synced: number): Content[] {
  const contents = contentsAfter(batches);
  const [before = EMPTY, after = before] = contents.slice(synced, flushed + 1);
  return [before, after, contentWithin(before, batches[synced] ?? [])];
}

/** Opens a disk twice, with a power loss in between: what is recovered is durable. */
function recover(disk: MemoryDisk): Content {
  const content = contentOn(disk);
  losePower(disk.files(), () => 0);
  expect(contentOn(disk)).toEqual(content);
  return content;
}

test("no power loss at any disk operation loses or invents anything", () => {
  fc.assert(
    fc.property(batchesOf({ max: 5 }), SEGMENT_BYTES, fc.infiniteStream(fc.nat()), (...given) => {
      const [batches, segmentBytes, chance] = given;
      const contents = contentsAfter(batches);
      for (let budget = 0, finished = false; !finished; budget += 1) {
        const disk = memoryDisk();
        const loss = (_name: string, bytes: number): number => chance.next().value % (bytes + 1);
        const [flushed, synced] = live(new CuttingDisk(disk, budget), batches, segmentBytes, isEnd);
        finished = synced === batches.length;
        losePower(disk.files(), loss);
        // Recovery itself is interrupted at each of its operations, until it gets through.
        for (let inRecovery = 0; inRecovery < 9; inRecovery += 1) {
          live(new CuttingDisk(disk, inRecovery), [], segmentBytes, isEnd);
          losePower(disk.files(), loss);
        }
        const recovered = recover(disk);
        expect(possible(batches, flushed, synced)).toContainEqual(recovered);
        // The log continues, whether the interrupted turn is there or not.
        const survived = [synced + 1, synced].find((count) => same(contents[count], recovered));
        if (survived === undefined) continue;
        writeAll(openStorage(disk, { segmentBytes }), batches.slice(survived));
        expect(contentOn(disk)).toEqual(contents.at(-1));
      }
    }),
    { numRuns: 20 },
  );
}, 60_000);

function same(one: Content | undefined, other: Content): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

test("a process killed at any system call leaves a log that can be continued, and no unfinished files", () => {
  const [batches = []] = fc
    .sample(batchesOf({ max: 8 }), { seed: 7, numRuns: 200 })
    .filter((sample) => {
      const types = new Set(sample.flat().map(({ type }) => type));
      return sample.length > 4 && types.has("compact") && types.has("install");
    });
  for (let budget = 0, finished = false; !finished; budget += 1) {
    const folder = temporaryFolder();
    const [flushed, synced] = live(new FileDisk(folder, mortalCalls(budget)), batches, 250, isEnd);
    finished = synced === batches.length;
    const disk = new FileDisk(folder, mortalCalls(Infinity));
    if (!hasWal(disk)) createWal(disk);
    expect(possible(batches, flushed, synced)).toContainEqual(contentOn(disk));
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  }
}, 60_000);

/** Damages a log so that it must be repaired. */
function damaged(files: Files): Files | undefined {
  const first = placesIn(files).values().next().value;
  if (first === undefined) return undefined;
  return { ...files, [first.name]: flipped(files[first.name], first.end - 1) };
}

test("a repair that is interrupted at any disk operation is repeated; and it happens only once", () => {
  fc.assert(
    fc.property(batchesOf({ max: 8 }), SEGMENT_BYTES, (batches, segmentBytes) => {
      const files = damaged(lived(batches, segmentBytes).files);
      if (files === undefined) return;
      const expected = contentOn(memoryDisk(files));
      for (let budget = 0; budget < 12; budget += 1) {
        const disk = memoryDisk(files);
        live(new CuttingDisk(disk, budget), [], segmentBytes, isEnd);
        losePower(disk.files(), () => 0);
        expect(recover(disk)).toEqual(expected);
        const { recovered } = openStorage(disk);
        expect(recovered.damage).toBeUndefined();
      }
    }),
    { numRuns: 50 },
  );
}, 60_000);

test("the horizon of a repaired log survives restarts and compaction until it is cleared", () => {
  fc.assert(
    fc.property(batchesOf({ max: 8 }), (batches) => {
      const files = damaged(lived(batches, 1).files);
      if (files === undefined) return;
      const disk = memoryDisk(files);
      const opened = openStorage(disk, { segmentBytes: 1 });
      const { base, entries, horizon } = opened.recovered;
      if (horizon === undefined) return;
      expect(atLeastAsUpToDate(horizon, base)).toBe(true);
      const last = base.index + entries.length;
      const term = opened.recovered.hard.term;
      for (let more = 1; more <= 3; more += 1)
        writeAll(opened, [[append(noop(last + more, term))]]);
      writeAll(opened, [
        [
          {
            type: "compact",
            at: { index: last + 2, term } as LogPosition,
            upTo: (last + 2) as LogPosition["index"],
          },
        ],
      ]);
      for (let turn = 0; turn < 9; turn += 1) opened.storage.sync();
      expect(contentOn(disk).horizon).toEqual(horizon);
      writeAll(opened, [[{ type: "forgetHorizon" }]]);
      expect(contentOf(openStorage(disk)).horizon).toBeUndefined();
    }),
    { numRuns: 30 },
  );
}, 60_000);
