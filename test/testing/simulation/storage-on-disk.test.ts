/** The log and the snapshots of a node on a simulated disk with its faults: nothing promised is lost. */
import { crc32 } from "node:zlib";
import { DiskError, hasWal, openStorage, type Disk } from "@kontiki/actors/node";
import type { Entry } from "@kontiki/core";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Chance } from "../../../packages/testing/src/chance.ts";
import type { Kept } from "../../../packages/testing/src/scenario/fault.ts";
import { batchesOf } from "../../actors/support/storage/arbitraries.ts";
import {
  contentsAfter,
  contentWithin,
  EMPTY,
  type Batch,
  type Content,
} from "../../actors/support/storage/model.ts";
import { contentOf, contentOn, live, writeAll } from "../../actors/support/storage/writing.ts";
import { simDisk } from "../support/sim-disk.ts";

const KEPT = fc.constantFrom<Kept>("nothing", "torn", "some", "everything");
const SEGMENT_BYTES = fc.constantFrom(1, 250, 500, 100_000);

class Crash extends Error {}

function isEnd(cause: unknown): boolean {
  return cause instanceof Crash || cause instanceof DiskError;
}

/** What may be left: all that was synced, perhaps the batch behind it, perhaps only that batch's snapshot. */
function possible(batches: readonly Batch[], flushed: number, synced: number): Content[] {
  const contents = contentsAfter(batches);
  const [before = EMPTY, after = before] = contents.slice(synced, flushed + 1);
  return [before, after, contentWithin(before, batches[synced] ?? [])];
}

/**
 * What a disk holds. No crash is taken for damage, because all whole batches that it leaves are where they were written: after
 * bad bytes such a batch would prove that they were durable.
 */
function foundOn(disk: Disk): Content {
  expect(batchesElsewhere(disk)).toEqual([]);
  const opened = openStorage(disk);
  expect(opened.recovered.damage).toBeUndefined();
  const content = contentOf(opened);
  opened.storage.close();
  return content;
}

/** The whole batches in the segments that are not at the place that they record. */
function batchesElsewhere(disk: Disk): readonly string[] {
  return disk
    .list()
    .filter((name) => name.endsWith(".wal"))
    .flatMap((name) => {
      const bytes = Buffer.from(disk.read(name));
      const whole = [];
      for (let at = bytes.indexOf("KTKB"); at !== -1; at = bytes.indexOf("KTKB", at + 1)) {
        if (at + 32 > bytes.length) break;
        const end = at + 32 + bytes.readUInt32LE(at + 8);
        if (end > bytes.length) continue;
        if (crc32(bytes.subarray(at + 8, end)) === bytes.readUInt32LE(at + 4)) whole.push(at);
      }
      return whole
        .filter((at) => bytes.readUInt32LE(at + 12) !== Number.parseInt(name, 10))
        .concat(whole.filter((at) => bytes.readUInt32LE(at + 28) !== at))
        .map((at) => `${name}, byte ${at}`);
    });
}

/** Batches of several sectors. */
const LARGE = batchesOf({ max: 12 }).map((batches) =>
  batches.map((batch) =>
    batch.map((part) =>
      part.type === "append" ? { ...part, entries: part.entries.map(enlarged) } : part,
    ),
  ),
);

function enlarged(entry: Entry<Uint8Array>): Entry<Uint8Array> {
  if (entry.type !== "command") return entry;
  return { ...entry, command: new Uint8Array(300 * entry.command.length).fill(0x61) };
}

test("a crash at any step, with any part of the unsynced writes kept", () => {
  const torn = { count: 0 };
  fc.assert(
    fc.property(
      fc.oneof(batchesOf({ max: 12 }), LARGE),
      SEGMENT_BYTES,
      KEPT,
      fc.constantFrom("any", "sync", "sync", "syncNames"),
      fc.nat(10),
      fc.nat(),
      (batches, segmentBytes, kept, crashes, budget, seed) => {
        let left = budget;
        let isMortal = true;
        const { disk, counters } = simDisk(seed, (step) => {
          if (!isMortal || (crashes !== "any" && crashes !== step)) return;
          if (left === 0) throw new Crash();
          left -= 1;
        });
        const [flushed, synced] = live(disk, batches, segmentBytes, isEnd);
        isMortal = false;
        disk.losePower(kept);
        torn.count += counters.of("disk.torn");
        if (!hasWal(disk)) {
          expect(synced).toBe(0);
          return;
        }
        const found = foundOn(disk);
        expect(possible(batches, flushed, synced)).toContainEqual(found);
        // What was recovered is durable.
        disk.losePower("nothing");
        expect(contentOn(disk)).toEqual(found);
      },
    ),
    { numRuns: 400 },
  );
  expect(torn.count).toBeGreaterThan(10);
}, 120_000);

test("a disk that fails or is full for a time, opened again, and then a loss of power", () => {
  const failed = { count: 0 };
  fc.assert(
    fc.property(
      batchesOf({ max: 12 }),
      SEGMENT_BYTES,
      fc.constantFrom("write", "sync", "read", "any", "full" as const),
      KEPT,
      fc.nat(60),
      fc.nat(),
      (batches, segmentBytes, fault, kept, budget, seed) => {
        const ends: (() => void)[] = [];
        let isOver = false;
        const { disk } = simDisk(seed, (_, count) => {
          if (count !== budget || isOver) return;
          const begin = (): (() => void) =>
            fault === "full"
              ? disk.beginFullness(seed % 100)
              : disk.beginErrors(fault as "write" | "sync" | "read" | "any");
          ends.push(begin());
        });
        const [flushed, synced] = live(disk, batches, segmentBytes, isEnd);
        if (synced < batches.length) failed.count += 1;
        isOver = true;
        for (const end of ends) end();
        if (!hasWal(disk)) {
          expect(synced).toBe(0);
          return;
        }
        expect(batchesElsewhere(disk)).toEqual([]);
        const reopened = openStorage(disk, { segmentBytes });
        expect(reopened.recovered.damage).toBeUndefined();
        const found = contentOf(reopened);
        expect(possible(batches, flushed, synced)).toContainEqual(found);
        // It goes on, and what it writes then is as durable as ever.
        writeAll(reopened, [
          [{ type: "hardState", hard: { term: nextTerm(found), votedFor: undefined } }],
        ]);
        disk.losePower(kept);
        expect(foundOn(disk)).toEqual({
          ...found,
          hard: { term: nextTerm(found), votedFor: undefined },
        });
      },
    ),
    { numRuns: 400 },
  );
  expect(failed.count).toBeGreaterThan(100);
}, 120_000);

function nextTerm({ hard }: Content): Content["hard"]["term"] {
  return (hard.term + 1) as Content["hard"]["term"];
}

test("rot at any allowed place is found, and loses neither term nor vote", () => {
  const found = { rotten: 0, horizons: 0 };
  fc.assert(
    fc.property(
      batchesOf({ max: 12 }),
      SEGMENT_BYTES,
      fc.constantFrom("log", "snapshot"),
      fc.nat(15),
      fc.nat(),
      (batches, segmentBytes, what, budget, seed) => {
        // A crash before an append may leave a last segment that holds nothing.
        let appends = 0;
        const { disk } = simDisk(seed, (step) => {
          if (step === "append" && ++appends > budget) throw new Crash();
        });
        live(disk, batches, segmentBytes, isEnd);
        const whole = contentOn(disk);
        if (disk.rot(what as "log" | "snapshot", new Chance(seed), () => true) === undefined)
          return;
        found.rotten += 1;
        const { recovered, storage } = openStorage(disk, { segmentBytes });
        storage.close();
        expect(recovered.damage).toBeDefined();
        expect(recovered.hard).toEqual(whole.hard);
        const last = recovered.base.index + recovered.entries.length;
        const promised = whole.base.index + whole.entries.length;
        if (last < promised) expect(recovered.horizon?.index).toBe(promised);
        if (recovered.horizon !== undefined) found.horizons += 1;
        expect(disk.isDamaged).toBe(false);
      },
    ),
    { numRuns: 600 },
  );
  expect(found.rotten).toBeGreaterThan(200);
  expect(found.horizons).toBeGreaterThan(50);
}, 120_000);

test("a misdirected write is found, and loses neither term nor vote", () => {
  const found = { astray: 0, elsewhere: 0, horizons: 0 };
  fc.assert(
    fc.property(batchesOf({ max: 20 }), fc.nat(), (batches, seed) => {
      const { disk, counters } = simDisk(seed);
      disk.beginMisdirection(() => true);
      live(disk, batches, 100_000, isEnd);
      if (counters.of("disk.misdirected") === 0) return;
      found.astray += 1;
      found.elsewhere += batchesElsewhere(disk).length;
      const { recovered, storage } = openStorage(disk);
      storage.close();
      expect(recovered.damage).toBeDefined();
      const whole = contentsAfter(batches).at(-1) ?? EMPTY;
      expect(recovered.hard).toEqual(whole.hard);
      const last = recovered.base.index + recovered.entries.length;
      const promised = whole.base.index + whole.entries.length;
      if (last < promised) expect(recovered.horizon?.index).toBe(promised);
      if (recovered.horizon !== undefined) found.horizons += 1;
    }),
    { numRuns: 300 },
  );
  expect(found.astray).toBeGreaterThan(100);
  expect(found.elsewhere).toBeGreaterThan(50);
  expect(found.horizons).toBeGreaterThan(50);
}, 120_000);
