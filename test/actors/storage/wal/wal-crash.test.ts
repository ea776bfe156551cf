import { atLeastAsUpToDate, LOG_START, type LogPosition } from "@kontiki/core";
import * as fc from "fast-check";
import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { FileDisk } from "../../../../packages/actors/src/storage/disk/file-disk.ts";
import {
  losePower,
  type MemoryDisk,
} from "../../../../packages/actors/src/storage/disk/memory-disk.ts";
import { repair } from "../../../../packages/actors/src/storage/recovery/repair.ts";
import { openStorage } from "../../../../packages/actors/src/storage/recovery/open-storage.ts";
import { createWal, hasWal } from "../../../../packages/actors/src/storage/wal/open-wal.ts";
import { findSnapshots } from "../../../../packages/actors/src/storage/snapshot/snapshot-reader.ts";
import {
  decodeBatch,
  SEGMENT_HEADER_BYTES,
} from "../../../../packages/actors/src/storage/wal/wal-format.ts";
import {
  DamagedLogError,
  readLog,
} from "../../../../packages/actors/src/storage/wal/wal-recovery.ts";
import { batchesOf } from "../../support/storage/arbitraries.ts";
import {
  CuttingDisk,
  filesOf,
  frozenDisk,
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
  repaired,
  noop,
  textOf,
  type Batch,
  type Content,
} from "../../support/storage/model.ts";
import { contentOf, contentOn, live, write, writeAll } from "../../support/storage/writing.ts";

const SEGMENT_BYTES = fc.constantFrom(1, 250, 500, 100_000);

/** The part of the content that matters: the entries after the snapshot. */
type Outcome = Omit<Content, "snapshot">;

/** A log on disk, and its content after each batch that it holds or held. */
type Lived = {
  readonly files: Record<string, Uint8Array>;
  readonly contents: readonly Content[];
  readonly snapshot: LogPosition;
};

function lived(batches: readonly Batch[], segmentBytes: number): Lived {
  const disk = memoryDisk();
  createWal(disk);
  const opened = openStorage(disk, { segmentBytes });
  const all = contentsAfter(batches);
  const contents = [EMPTY];
  for (const [place, batch] of batches.entries()) {
    write(opened, batch);
    // A repeated vote makes no batch.
    if (opened.storage.flush()) contents.push(all[place + 1] ?? EMPTY);
    opened.storage.sync();
  }
  const { newest } = opened.snapshots;
  return { files: filesOf(disk), contents, snapshot: newest ?? LOG_START };
}

/** What a node with these files continues with, or that it refuses to start. */
function outcome(files: Record<string, Uint8Array>): Outcome | "refused" {
  try {
    const disk = frozenDisk(files);
    const { newest } = findSnapshots(disk);
    const { content } = repair(readLog(disk), newest);
    const entries = content.entries.map(textOf);
    return afterSnapshot({ ...content, entries }, newest ?? LOG_START);
  } catch (cause) {
    if (cause instanceof DamagedLogError) return "refused";
    throw cause;
  }
}

/** Only the part after the snapshot: how many earlier entries are kept depends on where segments end. */
function afterSnapshot({ hard, base, entries, horizon }: Outcome, snapshot: LogPosition): Outcome {
  const { index, term } = snapshot;
  return { hard, base: { index, term }, entries: entries.slice(index - base.index), horizon };
}

/** The expected result for an intact log with the batches up to `kept`. */
function intactUpTo({ contents, snapshot }: Lived, kept: number): Outcome {
  return afterSnapshot(repaired(contents[kept] ?? EMPTY, snapshot), snapshot);
}

/** The expected results for a log that is damaged after batch `kept`: everything intact, or nothing of the log. */
function repairedAfter(log: Lived, kept: number): Outcome[] {
  const { contents, snapshot } = log;
  const { hard, base, entries } = contents.at(-1) ?? EMPTY;
  const last = lastOf({ base, entries });
  const rest = intactUpTo(log, kept);
  return [rest, { ...rest, entries: [] }].map((found) => {
    const isIntact = last.index <= snapshot.index || holds(found, last);
    return { ...found, hard, horizon: isIntact ? undefined : last };
  });
}

function lastOf({ base, entries }: Pick<Content, "base" | "entries">): LogPosition {
  const [, at, of] = /^([0-9]+)@([0-9]+) /.exec(entries.at(-1) ?? "") ?? [];
  if (at === undefined) return base;
  return { index: Number(at), term: Number(of) } as LogPosition;
}

function holds({ entries }: Outcome, { index, term }: LogPosition): boolean {
  return entries.some((text) => text.startsWith(`${index}@${term} `));
}

type Place = { readonly offset: number; readonly end: number; readonly sequence: number };

/** The positions of a segment's batches. */
function batchesIn(bytes: Uint8Array, segment: number): Place[] {
  const places: Place[] = [];
  for (let offset = SEGMENT_HEADER_BYTES; ;) {
    const batch = decodeBatch(Buffer.from(bytes), segment, offset);
    if (batch === undefined) return places;
    places.push({ offset, end: batch.end, sequence: batch.last.sequence });
    offset = batch.end;
  }
}

/** The segments of a log with their batches. */
function segmentsIn(files: Record<string, Uint8Array>): [string, Uint8Array, Place[]][] {
  return Object.entries(files)
    .filter(([name]) => name.endsWith(".wal"))
    .map(([name, bytes]) => [name, bytes, batchesIn(bytes, Number.parseInt(name, 10))]);
}

/** Whether all batches up to `kept` were removed because later ones replaced them. */
function areRemoved([first]: ReturnType<typeof segmentsIn>, kept: number): boolean {
  return kept > 0 && kept < (first?.[2][0]?.sequence ?? 0);
}

test("a log cut at any byte is the log after some batches, or is repaired, or refused", () => {
  fc.assert(
    fc.property(batchesOf({ max: 6 }), SEGMENT_BYTES, (batches, segmentBytes) => {
      const log = lived(batches, segmentBytes);
      const segments = segmentsIn(log.files);
      let before = (segments[0]?.[2][0]?.sequence ?? 1) - 1;
      for (const [place, [name, bytes, found]] of segments.entries()) {
        const isLast = place === segments.length - 1;
        for (let cut = 0; cut < bytes.length; cut += 1) {
          const result = outcome({ ...log.files, [name]: bytes.slice(0, cut) });
          const isHeaderCut = cut < SEGMENT_HEADER_BYTES;
          const whole = found.findLast(({ end }) => end <= cut)?.sequence ?? before;
          // With a bad header, the first segment has nothing before it.
          const kept = isHeaderCut && place === 0 ? 0 : whole;
          if (!isLast) expect(repairedAfter(log, kept)).toContainEqual(result);
          else if (isHeaderCut || areRemoved(segments, whole)) expect(result).toBe("refused");
          else expect(result).toEqual(intactUpTo(log, whole));
        }
        before = found.at(-1)?.sequence ?? before;
      }
    }),
    { numRuns: 8 },
  );
}, 60_000);

test("a flipped bit is found wherever it is, and costs everything after it, or the last batch", () => {
  fc.assert(
    fc.property(batchesOf({ max: 6 }), SEGMENT_BYTES, fc.nat(7), (batches, segmentBytes, bit) => {
      const log = lived(batches, segmentBytes);
      const segments = segmentsIn(log.files);
      let before = (segments[0]?.[2][0]?.sequence ?? 1) - 1;
      for (const [place, [name, bytes, found]] of segments.entries()) {
        const isLast = place === segments.length - 1;
        for (let at = 0; at < bytes.length; at += 1) {
          const bad = bytes.slice();
          bad[at] = (bad[at] ?? 0) ^ (1 << ((at + bit) % 8));
          const result = outcome({ ...log.files, [name]: bad });
          const inHeader = at < SEGMENT_HEADER_BYTES;
          const kept = found.findLast(({ end }) => end <= at)?.sequence ?? before;
          const isTorn = isLast && !inHeader && at >= (found.at(-1)?.offset ?? 0);
          if (isTorn && areRemoved(segments, kept)) expect(result).toBe("refused");
          else if (isTorn) expect(result).toEqual(intactUpTo(log, kept));
          else
            expect(repairedAfter(log, inHeader && place === 0 ? 0 : kept)).toContainEqual(result);
        }
        before = found.at(-1)?.sequence ?? before;
      }
    }),
    { numRuns: 8 },
  );
}, 60_000);

test("a missing segment costs everything after it, but not the state", () => {
  fc.assert(
    fc.property(batchesOf({ max: 12 }), (batches) => {
      const log = lived(batches, 1);
      const segments = segmentsIn(log.files);
      for (const [place, [missing, , found]] of segments.slice(0, -1).entries()) {
        const { [missing]: _, ...files } = log.files;
        const kept = place === 0 ? 0 : (found[0]?.sequence ?? 1) - 1;
        const results = repairedAfter(log, kept);
        // Without its first segments a log may be intact after the snapshot.
        if (place === 0) results.push(intactUpTo(log, log.contents.length - 1));
        expect(results).toContainEqual(outcome(files));
      }
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
function damaged(files: Record<string, Uint8Array>): Record<string, Uint8Array> | undefined {
  const segments = segmentsIn(files);
  const [name, bytes, [first]] = segments[0] ?? ["", new Uint8Array(), []];
  if (first === undefined || (segments.length === 1 && first.end === bytes.length))
    return undefined;
  const bad = bytes.slice();
  bad[first.end - 1] = (bad[first.end - 1] ?? 0) ^ 1;
  return { ...files, [name]: bad };
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
