/** Space that is reserved after the end of a log: what a turn writes, and what recovery makes of zeros. */
import { statSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FileDisk } from "../../../../packages/actors/src/storage/disk/file-disk.ts";
import { openStorage } from "../../../../packages/actors/src/storage/recovery/open-storage.ts";
import { createWal } from "../../../../packages/actors/src/storage/wal/open-wal.ts";
import { PROMISE_NAME } from "../../../../packages/actors/src/storage/wal/promise.ts";
import {
  SEGMENT_HEADER_BYTES,
  segmentName,
} from "../../../../packages/actors/src/storage/wal/wal-format.ts";
import { sectorsOf } from "../../../../packages/testing/src/simulation/unsynced.ts";
import { batchesOf } from "../../support/storage/arbitraries.ts";
import { flipped, offsets, opened, without, type Files } from "../../support/storage/damage.ts";
import {
  filesOf,
  memoryDisk,
  systemError,
  temporaryFolder,
  watchedCalls,
} from "../../support/storage/disks.ts";
import {
  append,
  command,
  contentsAfter,
  hardState,
  noop,
  position,
  type Batch,
} from "../../support/storage/model.ts";
import { checkDamaged, lived } from "../../support/storage/truth.ts";
import { contentOf, contentOn, diskWith, writeAll } from "../../support/storage/writing.ts";

const [FIRST, SECOND, THIRD] = [1, 2, 3].map(segmentName) as [string, string, string];
const STEP = 64 * 1024;
const NONE = new Uint8Array();

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

/** A batch of about this many bytes. */
function batch(at: number, bytes = 1): Batch {
  return [append(command(at, 1, "x".repeat(bytes)))];
}

/** A log in a real folder, and the system calls that write to its first segment. */
function inFolder(segmentBytes?: number, fail: (call: string) => void = () => {}) {
  const folder = temporaryFolder();
  const seen: string[] = [];
  const calls = watchedCalls((call) => {
    if (call === "writeSync" || call === "fdatasyncSync") seen.push(call);
    fail(call);
  });
  const disk = new FileDisk(folder, calls);
  createWal(disk);
  const open = () => openStorage(disk, segmentBytes === undefined ? {} : { segmentBytes });
  const size = (): number => statSync(join(folder, FIRST)).size;
  return { disk, open, size, take: (): string[] => seen.splice(0) };
}

describe("a turn", () => {
  test("writes once and syncs once, and leaves the size of the file as it is", () => {
    const { open, size, take } = inFolder();
    const opened = open();
    writeAll(opened, [batch(1)]);
    const reserved = size();
    expect(reserved).toBeGreaterThan(STEP);
    take();
    // The promise file is written after every 16 batches.
    for (let at = 2; at < 12; at += 1) {
      writeAll(opened, [batch(at)]);
      expect([take(), size()]).toEqual([["writeSync", "fdatasyncSync"], reserved]);
    }
    opened.storage.close();
  });

  test("that goes beyond the reserved space reserves more, with the same sync", () => {
    const { disk, open, size, take } = inFolder();
    const opened = open();
    writeAll(opened, [batch(1), ...[2, 3, 4, 5].map((at) => batch(at, 15_000))]);
    const before = endOf(disk);
    take();
    writeAll(opened, [batch(6, 15_000)]);
    // Zeros are written in parts of 64 KiB.
    expect(take().slice(0, 3)).toEqual(["writeSync", "writeSync", "writeSync"]);
    expect(size()).toBe(endOf(disk) + 16 * (endOf(disk) - before));
    writeAll(
      opened,
      [7, 8, 9, 10].map((at) => batch(at, 15_000)),
    );
    expect(take()).toEqual([7, 8, 9, 10].flatMap(() => ["writeSync", "fdatasyncSync"]));
    opened.storage.close();
  });

  test("with a large batch reserves nothing", () => {
    const { disk, open, size } = inFolder();
    const opened = open();
    writeAll(opened, [batch(1, 100_000)]);
    expect(size()).toBe(endOf(disk));
    writeAll(opened, [batch(2)]);
    expect(size()).toBe(endOf(disk) + STEP);
    opened.storage.close();
  });

  test("reserves no more than a segment may hold", () => {
    const { open, size } = inFolder(3000);
    const opened = open();
    writeAll(opened, [batch(1), batch(2)]);
    expect(size()).toBe(3000);
    opened.storage.close();
  });

  test("succeeds on a disk that has no room to reserve any", () => {
    const isFull = { now: false, writes: 0 };
    const { disk, open, size } = inFolder(undefined, (call) => {
      if (!isFull.now || call !== "writeSync") return;
      isFull.writes += 1;
      if (isFull.writes > 1) throw systemError("ENOSPC");
    });
    const opened = open();
    isFull.now = true;
    writeAll(opened, [batch(1)]);
    isFull.now = false;
    expect(size()).toBe(endOf(disk));
    writeAll(opened, [batch(2)]);
    opened.storage.close();
    expect(contentOn(disk)).toEqual(contentsAfter([batch(1), batch(2)]).at(-1));
  });
});

/** The end of the last batch of the first segment. */
function endOf(disk: FileDisk): number {
  return offsets(disk.read(FIRST)).at(-1) ?? 0;
}

test("a log continues in the space that a process reserved which was killed", () => {
  const { disk, open, size } = inFolder();
  writeAll(open(), [batch(1)]);
  const reserved = size();
  const second = open();
  expect(second.recovered.tornBytes).toBe(0);
  writeAll(second, [batch(2)]);
  expect(size()).toBe(reserved);
  expect(contentOn(disk)).toEqual(contentsAfter([batch(1), batch(2)]).at(-1));
});

test("a log that is closed ends with its last batch", () => {
  const { disk, open, size } = inFolder();
  const first = open();
  writeAll(first, [batch(1)]);
  first.storage.close();
  expect(size()).toBe(endOf(disk));
  expect(contentOn(disk)).toEqual(contentsAfter([batch(1)]).at(-1));
});

test("a log that cannot be cut when it is closed is closed all the same", () => {
  const { disk, open, size } = inFolder(undefined, (call) => {
    if (call === "ftruncateSync") throw systemError("EIO");
  });
  const first = open();
  writeAll(first, [batch(1)]);
  const reserved = size();
  first.storage.close();
  expect(size()).toBe(reserved);
  expect(contentOn(disk)).toEqual(contentsAfter([batch(1)]).at(-1));
});

const BATCHES: readonly Batch[] = [
  [hardState(1, "n1"), append(noop(1, 1))],
  [hardState(2, "n2"), append(command(2, 2, "y".repeat(1300)))],
];
const files = filesOf(diskWith(BATCHES));
const [, lastAt = 0, end = 0] = offsets(files[FIRST]);
const before = filesOf(diskWith(BATCHES.slice(0, 1)));
const SECTORS = sectorsOf(lastAt, end);
const SUBSETS = Array.from({ length: 2 ** SECTORS.length }, (_, set) => set);

/** The log with only some sectors of its last batch, between zeros. */
function torn(set: number): Uint8Array {
  const bytes = joined(files[FIRST] ?? NONE, new Uint8Array(STEP));
  for (const [place, { from, to }] of SECTORS.entries())
    if ((set & (1 << place)) === 0) bytes.fill(0, from, to);
  return bytes;
}

describe("a last batch that was written over zeros, of which any subset of its sectors is there", () => {
  const all = SUBSETS.length - 1;

  test("spans several sectors, and shares the first one with the batch before it", () => {
    expect([SECTORS.length, lastAt % 512 > 0]).toEqual([4, true]);
  });

  test.each(SUBSETS)("%i: is there or is not, and nothing is left of it", (set) => {
    const disk = memoryDisk({ [FIRST]: torn(set), [PROMISE_NAME]: before[PROMISE_NAME] ?? NONE });
    const storage = openStorage(disk);
    const { damage, tornBytes } = storage.recovered;
    expect([damage, tornBytes > 0]).toEqual([undefined, set !== 0 && set !== all]);
    expect(contentOf(storage)).toEqual(contentsAfter(BATCHES)[set === all ? 2 : 1]);
    storage.storage.close();
    const left = disk.read(FIRST).subarray(set === all ? end : lastAt);
    expect(left.every((byte) => byte === 0)).toBe(true);
  });

  test.each([
    ["an earlier batch", files[FIRST]?.subarray(SEGMENT_HEADER_BYTES, lastAt)],
    ["the same one", files[FIRST]?.subarray(lastAt, end)],
  ])("%s as a whole at another place proves nothing: it is cut off too", (_title, whole = NONE) => {
    const bytes = torn(0);
    bytes.set(whole, end + 100);
    const disk = memoryDisk({ [FIRST]: bytes });
    const storage = openStorage(disk);
    const { damage, tornBytes } = storage.recovered;
    expect([damage, tornBytes > 0]).toEqual([undefined, true]);
    expect(contentOf(storage)).toEqual(contentsAfter(BATCHES)[1]);
    expect(disk.read(FIRST).length).toBe(lastAt);
  });

  test.each(SUBSETS.slice(0, -1))("%i: is damaged when it was promised", (set) => {
    const { content, damage } = opened({ ...files, [FIRST]: torn(set) });
    expect(content).toEqual({
      ...contentsAfter(BATCHES)[1],
      hard: { term: 2, votedFor: "n2" },
      horizon: position(2, 2),
    });
    expect(damage).toContain(
      `byte ${lastAt}: the last write, which had succeeded, is bad or missing`,
    );
  });

  test.each(SUBSETS.slice(0, -1))("%i: is damaged when another batch is after it", (set) => {
    const more = filesOf(diskWith([...BATCHES, [append(noop(3, 2))]]))[FIRST] ?? NONE;
    const bytes = joined(torn(set).subarray(0, end), more.subarray(end), new Uint8Array(STEP));
    const { content, damage } = opened({ [FIRST]: bytes });
    expect([content.entries, content.horizon]).toEqual([["1@1 noop"], position(3, 2)]);
    expect(damage).toContain(`byte ${lastAt}: bad bytes, followed by an intact batch at ${end}`);
  });
});

describe("zeros at the end of a segment that is not the last", () => {
  const many = filesOf(diskWith([...BATCHES, [append(noop(3, 2))]], { segmentBytes: 1 }));
  const with2 = (bytes: Uint8Array): Files => ({
    ...without(many, PROMISE_NAME),
    [SECOND]: bytes,
  });
  const second = many[SECOND] ?? NONE;
  const zeros = new Uint8Array(700);

  test("are reserved space after the batch that the next segment follows", () => {
    const { content, damage } = opened(with2(joined(second, zeros)));
    expect([content.entries.length, content.horizon, damage]).toEqual([3, undefined, undefined]);
  });

  test("are damage in its place", () => {
    const bytes = joined(second.subarray(0, SEGMENT_HEADER_BYTES), zeros, zeros);
    const { content, damage } = opened(with2(bytes));
    expect([content.entries, content.horizon]).toEqual([["1@1 noop"], position(3, 2)]);
    expect(damage).toContain(`${THIRD}, byte 0: the log before it ends at batch 1, not 2`);
  });

  test("cost no entry when one of them is damaged", () => {
    const bytes = joined(second, flipped(zeros, 600));
    const { content, damage } = opened(with2(bytes));
    expect([content.entries.length, content.horizon]).toEqual([3, undefined]);
    expect(damage).toContain(
      `${SECOND}, byte ${second.length}: bad bytes, followed by another segment`,
    );
  });
});

test("damage of a log with reserved space costs what it costs without", () => {
  const sample = fc.record({
    batches: batchesOf({ max: 6 }),
    segmentBytes: fc.constantFrom(1, 250, 500, 100_000),
    zeros: fc.integer({ min: 1, max: 1500 }),
    at: fc.nat(),
    length: fc.constantFrom(1, 8, 64, 512, 1024),
    isZeros: fc.boolean(),
  });
  fc.assert(
    fc.property(sample, ({ batches, segmentBytes, zeros, at, length, isZeros }) => {
      const log = lived(batches, segmentBytes);
      const reserved = Object.fromEntries(
        Object.entries(log.files).map(([name, bytes]) => [
          name,
          name.endsWith(".wal") ? joined(bytes, new Uint8Array(zeros)) : bytes,
        ]),
      );
      for (const [name, bytes] of Object.entries(reserved)) {
        if (!name.endsWith(".wal")) continue;
        const bad = bytes.slice();
        const from = at % bytes.length;
        for (let byte = from; byte < Math.min(bytes.length, from + length); byte += 1)
          bad[byte] = isZeros ? 0 : (bad[byte] ?? 0) ^ 1;
        const damaged = { ...reserved, [name]: bad };
        checkDamaged({ ...log, files: reserved }, damaged);
        checkDamaged({ ...log, files: reserved }, without(damaged, PROMISE_NAME));
      }
    }),
    { numRuns: 100 },
  );
}, 60_000);
