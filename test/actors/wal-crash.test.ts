import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Disk } from "../../packages/actors/src/disk.ts";
import { FileDisk } from "../../packages/actors/src/file-disk.ts";
import { losePower } from "../../packages/actors/src/memory-disk.ts";
import { createWal, hasWal, openWal } from "../../packages/actors/src/open-wal.ts";
import { decodeBatch } from "../../packages/actors/src/wal-format.ts";
import { DamagedLogError, readLog } from "../../packages/actors/src/wal-recovery.ts";
import {
  batchesOf,
  contentOf,
  contentsAfter,
  CuttingDisk,
  diskWith,
  filesOf,
  frozenDisk,
  memoryDisk,
  mortalCalls,
  PowerLoss,
  temporaryFolder,
  write,
  writeAll,
  type Batch,
  type Content,
} from "../support/storage.ts";

const SEGMENT_BYTES = fc.constantFrom(1, 150, 300, 100_000);

/** What a log says, or that it is damaged. */
function outcome(files: Record<string, Uint8Array>): Content | "damaged" {
  try {
    return contentOf(readLog(frozenDisk(files)).recovered);
  } catch (cause) {
    if (cause instanceof DamagedLogError) return "damaged";
    throw cause;
  }
}

/** Where the batches of a segment end, and where the first begins. */
function boundaries(bytes: Uint8Array, segment: number): number[] {
  const ends = [32];
  for (;;) {
    const batch = decodeBatch(Buffer.from(bytes), segment, ends.at(-1) ?? 0);
    if (batch === undefined) return ends;
    ends.push(batch.end);
  }
}

test("a log cut at any byte is the log after some batches, or damaged", () => {
  fc.assert(
    fc.property(batchesOf({ max: 6 }), SEGMENT_BYTES, (batches, segmentBytes) => {
      const files = filesOf(diskWith(batches, { segmentBytes }));
      const contents = contentsAfter(batches);
      const names = Object.keys(files);
      for (const [place, [name, bytes]] of Object.entries(files).entries()) {
        const ends = boundaries(bytes, place + 1);
        const before = batches.length - ends.length + 1;
        for (let cut = 0; cut < bytes.length; cut += 1) {
          const whole = ends.filter((end) => end <= cut).length - 1;
          const damaged = cut < 32 || place < names.length - 1;
          expect(outcome({ ...files, [name]: bytes.slice(0, cut) })).toEqual(
            damaged ? "damaged" : contents[before + whole],
          );
        }
      }
    }),
    { numRuns: 8 },
  );
});

test("a flipped bit is found wherever it is, and costs no batch but the last", () => {
  fc.assert(
    fc.property(batchesOf({ max: 6 }), SEGMENT_BYTES, fc.nat(7), (batches, segmentBytes, bit) => {
      const files = filesOf(diskWith(batches, { segmentBytes }));
      const contents = contentsAfter(batches);
      const names = Object.keys(files);
      for (const [place, [name, bytes]] of Object.entries(files).entries()) {
        const lastAt = boundaries(bytes, place + 1).at(-2) ?? 0;
        for (let at = 0; at < bytes.length; at += 1) {
          const bad = bytes.slice();
          bad[at] = (bad[at] ?? 0) ^ (1 << ((at + bit) % 8));
          const inLast = place === names.length - 1 && at >= lastAt;
          expect(outcome({ ...files, [name]: bad })).toEqual(inLast ? contents.at(-2) : "damaged");
        }
      }
    }),
    { numRuns: 8 },
  );
});

/** Runs a node's life until power is lost. Says how many batches were written, and made durable. */
function live(disk: Disk, batches: readonly Batch[], segmentBytes: number): [number, number] {
  let flushed = 0;
  let synced = 0;
  try {
    if (!hasWal(disk)) createWal(disk);
    const { wal } = openWal(disk, { segmentBytes });
    for (const batch of batches) {
      write(wal, batch);
      flushed += 1;
      wal.flush();
      wal.sync();
      synced += 1;
    }
  } catch (cause) {
    if (!(cause instanceof PowerLoss)) throw cause;
  }
  return [flushed, synced];
}

test("no power loss at any disk operation loses or invents a batch", () => {
  fc.assert(
    fc.property(batchesOf({ max: 5 }), SEGMENT_BYTES, fc.infiniteStream(fc.nat()), (...given) => {
      const [batches, segmentBytes, chance] = given;
      const contents = contentsAfter(batches);
      for (let budget = 0, finished = false; !finished; budget += 1) {
        const disk = memoryDisk();
        const loss = (_name: string, bytes: number): number => chance.next().value % (bytes + 1);
        const [flushed, synced] = live(new CuttingDisk(disk, budget), batches, segmentBytes);
        finished = synced === batches.length;
        losePower(disk.files(), loss);
        // Recovery itself is cut short at each of its operations, until it gets through.
        for (let inRecovery = 0; inRecovery < 5; inRecovery += 1) {
          live(new CuttingDisk(disk, inRecovery), [], segmentBytes);
          losePower(disk.files(), loss);
        }
        const { wal, recovered } = openWal(disk, { segmentBytes });
        const possible = contents.slice(synced, flushed + 1);
        expect(possible).toContainEqual(contentOf(recovered));
        const survived = synced + possible.findLastIndex((one) => sameContent(one, recovered));
        // What was recovered is durable, and the log goes on.
        losePower(disk.files(), () => 0);
        writeAll(wal, batches.slice(survived));
        expect(contentOf(openWal(disk).recovered)).toEqual(contents.at(-1));
      }
    }),
    { numRuns: 20 },
  );
});

function sameContent(one: Content, recovered: Parameters<typeof contentOf>[0]): boolean {
  return JSON.stringify(one) === JSON.stringify(contentOf(recovered));
}

test("a process killed at any system call leaves a log that goes on", () => {
  const [batches = []] = fc.sample(batchesOf({ max: 8 }), { seed: 7, numRuns: 1 });
  const contents = contentsAfter(batches);
  const segmentBytes = 150;
  for (let budget = 0, finished = false; !finished; budget += 1) {
    const folder = temporaryFolder();
    const [flushed, synced] = live(
      new FileDisk(folder, mortalCalls(budget)),
      batches,
      segmentBytes,
    );
    finished = synced === batches.length;
    const disk = new FileDisk(folder, mortalCalls(Infinity));
    if (!hasWal(disk)) createWal(disk);
    const { wal, recovered } = openWal(disk, { segmentBytes });
    wal.close();
    expect(contents.slice(synced, flushed + 1)).toContainEqual(contentOf(recovered));
  }
});
