import { AssertionError, index, LOG_START, nodeId, term, type Entry } from "@kontiki/core";
import { crc32 } from "node:zlib";
import { describe, expect, test } from "vitest";
import { MemoryDisk } from "../../../../packages/actors/src/storage/disk/memory-disk.ts";
import {
  openStorage,
  type OpenedStorage,
} from "../../../../packages/actors/src/storage/recovery/open-storage.ts";
import { createWal, hasWal } from "../../../../packages/actors/src/storage/wal/open-wal.ts";
import {
  NewerLogError,
  OlderLogError,
} from "../../../../packages/actors/src/storage/wal/log-errors.ts";
import {
  MAX_BATCH_BYTES,
  MAX_COMMAND_BYTES,
  segmentName,
} from "../../../../packages/actors/src/storage/wal/wal-format.ts";
import { filesOf, memoryDisk } from "../../support/storage/disks.ts";
import {
  append,
  command,
  compact,
  contentsAfter,
  EMPTY,
  hardState,
  install,
  members,
  noop,
  partsAt,
  position,
  truncate,
  type Batch,
} from "../../support/storage/model.ts";
import {
  contentOf,
  contentOn,
  diskWith,
  snapshotFile,
  write,
  writeAll,
} from "../../support/storage/writing.ts";

const BATCHES: readonly Batch[] = [
  [hardState(1, "n1"), append(noop(1, 1))],
  [append(command(2, 1, "a"), command(3, 1, "b"), command(4, 1, ""))],
  [hardState(3), truncate(2), append(members(3, 2), noop(4, 3), command(5, 3, "c"))],
];

/** Puts each of the batches above in its own segment. */
const SMALL = { segmentBytes: 1 };
const HEADER_BYTES = 52;
const [FIRST, SECOND, THIRD] = [segmentName(1), segmentName(2), segmentName(3)];

/** The numbers of the segments on a disk. */
function segments(disk: MemoryDisk): number[] {
  return disk
    .list()
    .filter((name) => name.endsWith(".wal"))
    .map((name) => Number.parseInt(name, 10));
}

function sized(at: number, bytes: number): Entry<Uint8Array> {
  const content = new Uint8Array(bytes).fill(at);
  return { type: "command", index: index(at), term: term(1), command: content };
}

/** Short enough to compare: a large command by its length and checksum. */
function summary(entry: Entry<Uint8Array>): unknown {
  const bytes = entry.type === "command" ? entry.command : new Uint8Array();
  return [entry.type, entry.index, entry.term, bytes.length, crc32(bytes)];
}

describe("a log returns what was written", () => {
  test.each([
    ["in one segment", {}],
    ["in one segment per batch", SMALL],
  ])("%s", (_title, options) => {
    const { recovered } = openStorage(diskWith(BATCHES, options), options);
    expect(recovered).toEqual({
      hard: { term: term(3), votedFor: undefined },
      base: LOG_START,
      entries: [noop(1, 1), command(2, 1, "a"), members(3, 2), noop(4, 3), command(5, 3, "c")],
      snapshot: undefined,
      horizon: undefined,
      damage: undefined,
      tornBytes: 0,
    });
  });

  test("a new log is empty", () => {
    const disk = memoryDisk();
    expect(hasWal(disk)).toBe(false);
    createWal(disk);
    expect(hasWal(disk)).toBe(true);
    const { recovered } = openStorage(disk);
    expect(recovered).toEqual({ ...EMPTY, damage: undefined, tornBytes: 0 });
  });

  test("a log that was opened again continues", () => {
    const disk = diskWith(BATCHES.slice(0, 1));
    for (const batch of BATCHES.slice(1)) writeAll(openStorage(disk), [batch]);
    expect(contentOn(disk)).toEqual(contentsAfter(BATCHES).at(-1));
    expect(filesOf(disk)).toEqual(filesOf(diskWith(BATCHES)));
  });

  test("numbers up to 2^53 - 1, and the longest name", () => {
    const hard = { term: term(Number.MAX_SAFE_INTEGER), votedFor: nodeId("n".repeat(64)) };
    const disk = diskWith([[{ type: "hardState", hard }]]);
    expect(contentOn(disk)).toEqual({ ...EMPTY, hard });
    const last = position(Number.MAX_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER);
    const opened = openStorage(disk);
    opened.storage.reset(last);
    opened.storage.append([noop(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)]);
    opened.storage.flush();
    opened.storage.sync();
    expect(filesOf(disk)[SECOND]?.length).toBeGreaterThan(0);
  });

  test("commands up to the largest, in batches of any size", () => {
    const sizes = [[3], [60_000, 60_000], [3], [1, 3_000_000, MAX_COMMAND_BYTES], [3]];
    const disk = new MemoryDisk({ maxFileBytes: 2 * MAX_COMMAND_BYTES });
    createWal(disk);
    const opened = openStorage(disk);
    const written: Entry<Uint8Array>[] = [];
    for (const batch of sizes) {
      const entries = batch.map((size, place) => sized(written.length + place + 1, size));
      written.push(...entries);
      writeAll(opened, [[append(...entries)]]);
    }
    expect(openStorage(disk).recovered.entries.map(summary)).toEqual(written.map(summary));
    expect(() => opened.storage.append([sized(written.length + 1, MAX_COMMAND_BYTES + 1)])).toThrow(
      new AssertionError("a command is not larger than its bound"),
    );
  });
});

describe("segments", () => {
  test("a batch that would make a segment too large starts a new one, and is never split", () => {
    expect(segments(diskWith(BATCHES, SMALL))).toEqual([1, 2, 3]);
    expect(segments(diskWith(BATCHES, { segmentBytes: 450 }))).toEqual([1, 2]);
    expect(segments(diskWith(BATCHES))).toEqual([1]);
  });

  test("a crash after starting a segment leaves an empty last segment", () => {
    const files = filesOf(diskWith(BATCHES, SMALL));
    const header = files[THIRD]?.slice(0, HEADER_BYTES) ?? new Uint8Array();
    const { promise = header } = filesOf(diskWith(BATCHES.slice(0, 2), SMALL));
    const disk = memoryDisk({ ...files, [THIRD]: header, promise });
    const opened = openStorage(disk, SMALL);
    expect(contentOf(opened)).toEqual(contentsAfter(BATCHES)[2]);
    writeAll(opened, BATCHES.slice(2));
    opened.storage.close();
    expect(filesOf(disk)).toEqual(files);
  });

  test("other files in the folder are left alone", () => {
    const disk = memoryDisk({ ...filesOf(diskWith(BATCHES)), "node.json": new Uint8Array(3) });
    expect(contentOn(disk)).toEqual(contentsAfter(BATCHES).at(-1));
  });
});

describe("a torn tail is cut off", () => {
  test("and its size is reported", () => {
    const files = filesOf(diskWith(BATCHES));
    const whole = filesOf(diskWith(BATCHES.slice(0, 2)));
    const torn = files[FIRST]?.slice(0, -1) ?? new Uint8Array();
    const disk = memoryDisk({ [FIRST]: torn });
    const opened = openStorage(disk);
    const end = torn.findLastIndex((byte) => byte !== 0) + 1;
    expect(opened.recovered.tornBytes).toBe(end - (whole[FIRST]?.length ?? 0));
    expect(filesOf(disk)).toEqual(whole);
    writeAll(opened, BATCHES.slice(2));
    opened.storage.close();
    expect(filesOf(disk)).toEqual(files);
  });

  test("also when a command contains a copy of a log", () => {
    const copy = filesOf(diskWith(BATCHES))[FIRST] ?? new Uint8Array();
    const entry = { type: "command", index: index(1), term: term(1), command: copy } as const;
    const bytes = filesOf(diskWith([[append(entry)]]))[FIRST] ?? new Uint8Array();
    expect(openStorage(memoryDisk({ [FIRST]: bytes.slice(0, -1) })).recovered.entries).toEqual([]);
  });
});

describe("a log of another version is refused, and nothing is changed", () => {
  function ofFormat(format: number): Record<string, Uint8Array> {
    const bytes = Buffer.from(filesOf(diskWith(BATCHES))[FIRST] ?? []);
    bytes.writeUInt32LE(format, 8);
    bytes.writeUInt32LE(crc32(bytes.subarray(8, 32)), 4);
    return { [FIRST]: bytes };
  }

  test.each([
    [
      5,
      new NewerLogError(`memory:${FIRST}`, 5),
      "memory:0000000001.wal has format 5 and this version reads format 4: use the version of Kontiki that wrote " +
        "it, or a later one",
    ],
    [
      1,
      new OlderLogError(`memory:${FIRST}`, 1),
      "memory:0000000001.wal has format 1, of a version before the first release, and this version reads format 2 and " +
        "later: begin a new cluster in a new folder",
    ],
  ])("format %i", (format, error, message) => {
    const disk = memoryDisk(ofFormat(format));
    const before = filesOf(disk);
    expect(() => openStorage(disk)).toThrow(error);
    expect(error.message).toBe(message);
    expect(filesOf(disk)).toEqual(before);
  });
});

describe("compaction (§7)", () => {
  const long: readonly Batch[] = [
    ...BATCHES,
    [append(command(6, 3, "d"))],
    [compact(4, 3)],
    [append(command(7, 3, "e"))],
    [append(command(8, 3, "f"))],
  ];

  test("removes entries, and keeps later ones with their term", () => {
    const opened = openStorage(diskWith(long));
    expect(contentOf(opened)).toEqual({
      hard: { term: term(3), votedFor: undefined },
      base: position(4, 3),
      entries: ['5@3 "c"', '6@3 "d"', '7@3 "e"', '8@3 "f"'],
      horizon: undefined,
      snapshot: partsAt(position(4, 3)),
    });
    writeAll(opened, [[compact(8, 3)]]);
    opened.storage.close();
  });

  test("removes segments that are entirely before the base, one per turn, from the first on", () => {
    const disk = memoryDisk();
    createWal(disk);
    const opened = openStorage(disk, SMALL);
    const seen = long.map((batch) => {
      writeAll(opened, [batch]);
      return segments(disk);
    });
    expect(seen).toEqual([
      [1],
      [1, 2],
      [1, 2, 3],
      [1, 2, 3, 4],
      // Segment 3 holds a higher entry than 4.
      [2, 3, 4, 5],
      [3, 4, 5, 6],
      [3, 4, 5, 6, 7],
    ]);
    expect(contentOn(disk)).toEqual(contentsAfter(long).at(-1));
  });

  test("a later segment may record a compaction that ended in a removed one", () => {
    const disk = memoryDisk();
    createWal(disk);
    const opened = openStorage(disk, { segmentBytes: 450 });
    const first = Array.from({ length: 8 }, (_none, at) => command(at + 1, 3, "a"));
    const second = [command(9, 3, "b"), command(10, 3, "c")];
    writeAll(opened, [[hardState(3)], [append(...first)], [append(...second)], [compact(6, 3)]]);
    expect(segments(disk)).toEqual([1, 2]);
    writeAll(opened, [[compact(9, 3)]]);
    opened.storage.close();
    expect(segments(disk)).toEqual([2]);
    expect(contentOn(disk)).toEqual({
      hard: { term: term(3), votedFor: undefined },
      base: position(9, 3),
      entries: ['10@3 "c"'],
      horizon: undefined,
      snapshot: partsAt(position(9, 3)),
    });
  });

  test("removes nothing of a log that was never compacted", () => {
    expect(segments(diskWith([[hardState(1)], [hardState(2)], [hardState(3)]], SMALL))).toEqual([
      1, 2, 3,
    ]);
  });

  test("removes nothing before the batch that records it is durable", () => {
    const disk = diskWith(long.slice(0, 4), SMALL);
    const opened = openStorage(disk, SMALL);
    write(opened, [compact(4, 3)]);
    opened.storage.sync();
    expect(segments(disk)).toEqual([1, 2, 3, 4]);
    opened.storage.flush();
    expect(segments(disk)).toEqual([1, 2, 3, 4, 5]);
    opened.storage.sync();
    opened.storage.sync();
    opened.storage.sync();
    expect(segments(disk)).toEqual([3, 4, 5]);
  });

  test("continues where a crash interrupted it: obsolete segments are removed in the next turns", () => {
    const disk = diskWith(long.slice(0, 5), SMALL);
    expect(segments(disk)).toEqual([2, 3, 4, 5]);
    const opened = openStorage(disk, SMALL);
    expect(contentOf(opened)).toEqual(contentsAfter(long)[5]);
    opened.storage.sync();
    expect(segments(disk)).toEqual([3, 4, 5]);
    expect(contentOn(disk)).toEqual(contentsAfter(long)[5]);
  });

  test("never removes the segment that records term and vote, even if the last one is empty", () => {
    const batches = [...BATCHES, [compact(5, 3)]];
    const disk = diskWith(batches, SMALL);
    const { storage } = openStorage(disk, SMALL);
    for (let turn = 0; turn < 5; turn += 1) storage.sync();
    expect(segments(disk)).toEqual([4]);
    const files = filesOf(disk);
    // The header of segment 5 is all that a crash right after its creation leaves.
    const rolled = diskWith([...batches, [append(noop(6, 3))]], SMALL);
    const header = filesOf(rolled)[segmentName(5)]?.slice(0, HEADER_BYTES) ?? new Uint8Array();
    const crashed = memoryDisk({ ...files, [segmentName(5)]: header });
    const opened = openStorage(crashed, SMALL);
    opened.storage.sync();
    expect(segments(crashed)).toEqual([4, 5]);
    expect(contentOf(opened)).toEqual(contentsAfter(batches).at(-1));
  });

  test("an entry that was truncated in a removed segment does not return", () => {
    const batches: Batch[] = [
      [append(noop(1, 1), noop(2, 1), noop(3, 1))],
      [truncate(1), append(noop(2, 2), noop(3, 2), noop(4, 2))],
      [compact(3, 2)],
      [append(noop(5, 2))],
    ];
    const disk = diskWith(batches, SMALL);
    expect(segments(disk)).toEqual([2, 3, 4]);
    expect(contentOn(disk)).toEqual(contentsAfter(batches).at(-1));
  });

  test("a log may be compacted up to its end, and continues", () => {
    const batches = [...BATCHES, [compact(5, 3)], [append(noop(6, 4))], [truncate(5)]];
    expect(contentOn(diskWith(batches, SMALL))).toEqual(contentsAfter(batches).at(-1));
    expect(contentsAfter(batches).at(-1)?.base).toEqual(position(5, 3));
  });

  test("commands do not keep the memory of their segment, of which little may be used", () => {
    const count = 100;
    const large = [append(...Array.from({ length: count }, (_none, at) => sized(at + 1, 10_000)))];
    const whole = openStorage(diskWith([large])).recovered.entries;
    const left = openStorage(diskWith([large, [compact(count - 1, 1)]])).recovered.entries;
    const kept = (entries: readonly Entry<Uint8Array>[]): number => {
      const buffers = new Set(
        entries.map((entry) => (entry.type === "command" ? entry.command.buffer : undefined)),
      );
      return [...buffers].reduce((sum, buffer) => sum + (buffer?.byteLength ?? 0), 0);
    };
    const bytes = count * 10_000;
    expect([whole.length, left.length]).toEqual([count, 1]);
    expect(kept(whole)).toBeGreaterThanOrEqual(bytes);
    expect(kept(whole)).toBeLessThan(1.15 * bytes);
    // After a compaction the neighbors of the first entry that is left may stay with it, in one small buffer.
    expect(kept(left)).toBeLessThanOrEqual(64 * 1024);
  });
});

describe("a log that is emptied for a received snapshot (§7)", () => {
  const batches = [
    ...BATCHES,
    [install(9, 3), append(noop(10, 3))],
    [append(noop(11, 4)), truncate(10)],
  ];

  test("continues after it, in a new segment, and the old ones are removed", () => {
    const disk = diskWith(batches);
    expect(segments(disk)).toEqual([2]);
    expect(contentOn(disk)).toEqual({
      hard: { term: term(3), votedFor: undefined },
      base: position(9, 3),
      entries: ["10@3 noop"],
      horizon: undefined,
      snapshot: partsAt(position(9, 3)),
    });
  });

  test.each([
    ["of a later term, which the node then knows", 4, { term: term(4), votedFor: undefined }],
    ["of its own term", 3, { term: term(3), votedFor: nodeId("n1") }],
  ])("also when a crash happened before the log recorded it: %s", (_title, of, hard) => {
    const disk = diskWith([...BATCHES, [hardState(3, "n1")]]);
    const at = position(9, of);
    const { snapshot, bytes } = snapshotFile(at);
    expect(openStorage(disk).snapshots.receive(snapshot, 0, bytes)).toBe("whole");
    const emptied = { hard, base: at, entries: [], horizon: undefined, snapshot: partsAt(at) };
    expect(contentOn(disk)).toEqual(emptied);
    expect(contentOn(disk)).toEqual(emptied);
  });

  test("but not when it holds the snapshot's last entry", () => {
    const disk = diskWith(BATCHES);
    const { snapshot, bytes } = snapshotFile(position(4, 3));
    openStorage(disk).snapshots.receive(snapshot, 0, bytes);
    const kept = { ...contentsAfter(BATCHES).at(-1), snapshot: partsAt(position(4, 3)) };
    expect(contentOn(disk)).toEqual(kept);
  });

  test("even when the log reached further than the snapshot", () => {
    const further = [...BATCHES, [install(3, 3)], [append(noop(4, 3))], [hardState(4)]];
    const disk = diskWith(further, SMALL);
    expect(segments(disk)).toEqual([4, 5, 6]);
    expect(contentOn(disk)).toEqual(contentsAfter(further).at(-1));
  });
});

describe("what a caller must not do", () => {
  function fresh(): OpenedStorage {
    return openStorage(diskWith(BATCHES));
  }

  test("write a batch before the one before it is durable", () => {
    const opened = fresh();
    const { storage } = opened;
    write(opened, [append(noop(6, 3))]);
    expect(storage.flush()).toBe(true);
    write(opened, [append(noop(7, 3))]);
    expect(() => storage.flush()).toThrow(AssertionError);
    storage.sync();
    expect(storage.flush()).toBe(true);
  });

  test("without writes there is nothing to sync", () => {
    const { storage, recovered } = fresh();
    expect(storage.flush()).toBe(false);
    storage.sync();
    storage.append([]);
    storage.saveHardState(recovered.hard);
    storage.forgetHorizon();
    expect(storage.flush()).toBe(false);
  });

  test.each([
    ["leave a gap", append(noop(7, 3)), "entries must directly follow the last one"],
    ["truncate entries that are not there", truncate(6), "only existing entries are truncated"],
    ["decrease the term", hardState(2), "a term never decreases"],
    ["compact entries that are not there", compact(6, 3), "only existing entries are compacted"],
  ])("%s", (_title, part, message) => {
    expect(() => write(fresh(), [part])).toThrow(new AssertionError(message));
  });

  test("change a vote within its term", () => {
    const opened = fresh();
    write(opened, [hardState(3, "n1"), hardState(3, "n1")]);
    const changed = new AssertionError("a vote never changes within its term");
    expect(() => write(opened, [hardState(3, "n2")])).toThrow(changed);
    expect(() => write(opened, [hardState(3)])).toThrow(changed);
    write(opened, [hardState(4)]);
  });

  test("write more than fits in a batch", () => {
    const { storage } = fresh();
    const largest = { ...sized(0, MAX_COMMAND_BYTES), term: term(3) };
    const entries = Array.from({ length: MAX_BATCH_BYTES / MAX_COMMAND_BYTES }, (_, count) => ({
      ...largest,
      index: index(count + 6),
    }));
    expect(() => storage.append(entries)).toThrow(
      new AssertionError("a turn writes no more than fits in a batch"),
    );
    expect(() => storage.flush()).toThrow(AssertionError);
  }, 60_000);

  test("use a closed log", () => {
    const opened = fresh();
    const { storage } = opened;
    storage.close();
    storage.close();
    expect(() => write(opened, [append(noop(6, 3))])).toThrow(AssertionError);
    expect(() => storage.flush()).toThrow(AssertionError);
    expect(() => storage.sync()).toThrow(AssertionError);
  });
});
