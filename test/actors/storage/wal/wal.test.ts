/** A log returns what was written to it, however it is divided into segments and wherever a crash tore it. */
import { AssertionError, index, LOG_START, nodeId, term, type Entry } from "@kontiki/core";
import { crc32 } from "node:zlib";
import { describe, expect, test } from "vitest";
import { MemoryDisk } from "../../../../packages/actors/src/storage/disk/memory-disk.ts";
import { openStorage } from "../../../../packages/actors/src/storage/recovery/open-storage.ts";
import { createWal, hasWal } from "../../../../packages/actors/src/storage/wal/open-wal.ts";
import {
  NewerLogError,
  OlderLogError,
} from "../../../../packages/actors/src/storage/wal/log-errors.ts";
import {
  MAX_COMMAND_BYTES,
  segmentName,
} from "../../../../packages/actors/src/storage/wal/wal-format.ts";
import { filesOf, memoryDisk } from "../../support/storage/disks.ts";
import {
  append,
  command,
  contentsAfter,
  EMPTY,
  members,
  noop,
  position,
} from "../../support/storage/model.ts";
import { contentOf, contentOn, diskWith, writeAll } from "../../support/storage/writing.ts";
import { BATCHES, HEADER_BYTES, segments, sized, SMALL } from "../../support/storage/segments.ts";

const [FIRST, SECOND, THIRD] = [segmentName(1), segmentName(2), segmentName(3)];

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
