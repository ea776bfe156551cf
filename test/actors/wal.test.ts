import { AssertionError, index, nodeId, term, type Entry } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { MemoryDisk } from "../../packages/actors/src/memory-disk.ts";
import { createWal, hasWal, openWal } from "../../packages/actors/src/open-wal.ts";
import { DamagedLogError, NewerLogError } from "../../packages/actors/src/wal-recovery.ts";
import {
  MAX_BATCH_BYTES,
  MAX_COMMAND_BYTES,
  segmentName,
} from "../../packages/actors/src/wal-format.ts";
import { crc32 } from "node:zlib";
import {
  append,
  command,
  contentOf,
  contentsAfter,
  diskWith,
  EMPTY,
  filesOf,
  hardState,
  memoryDisk,
  noop,
  truncate,
  write,
  writeAll,
  type Batch,
} from "../support/storage.ts";

const WAY_OUT =
  "A node that has forgotten a vote or an entry must not come back under its name: restore the " +
  "whole data directory (all nodes, from one copy taken while the cluster was stopped), or begin a " +
  "new cluster in a new folder.";

const BATCHES: readonly Batch[] = [
  [hardState(1, "n1"), append(noop(1, 1))],
  [append(command(2, 1, "a"), command(3, 1, "b"), command(4, 1, ""))],
  [hardState(3), truncate(2), append(noop(3, 2), noop(4, 3), command(5, 3, "c"))],
];

/** Each of the batches above in a segment of its own. */
const SMALL = { segmentBytes: 1 };
const [FIRST, SECOND, THIRD] = [segmentName(1), segmentName(2), segmentName(3)];

function damage(files: Record<string, Uint8Array>): unknown {
  try {
    openWal(memoryDisk(files));
  } catch (cause) {
    return cause instanceof DamagedLogError ? [cause.path, cause.offset, cause.message] : cause;
  }
  return undefined;
}

function damaged(name: string, offset: number, what: string): unknown {
  const path = `memory:${name}`;
  return [path, offset, `the log is damaged: ${path}, byte ${offset}: ${what}. ${WAY_OUT}`];
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

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.map((byte, offset) => (offset === at ? byte ^ 1 : byte));
}

describe("a log gives back what was written", () => {
  test.each([
    ["in one segment", {}],
    ["in a segment for each batch", SMALL],
  ])("%s", (_title, options) => {
    const { recovered } = openWal(diskWith(BATCHES, options), options);
    expect(recovered).toEqual({
      hard: { term: term(3), votedFor: undefined },
      entries: [noop(1, 1), command(2, 1, "a"), noop(3, 2), noop(4, 3), command(5, 3, "c")],
      tornBytes: 0,
    });
  });

  test("a new log is empty", () => {
    const disk = memoryDisk();
    expect(hasWal(disk)).toBe(false);
    createWal(disk);
    expect(hasWal(disk)).toBe(true);
    expect(openWal(disk).recovered).toEqual({ ...EMPTY, tornBytes: 0 });
  });

  test("a log that was opened again goes on", () => {
    const disk = diskWith(BATCHES.slice(0, 1));
    for (const batch of BATCHES.slice(1)) writeAll(openWal(disk).wal, [batch]);
    expect(contentOf(openWal(disk).recovered)).toEqual(contentsAfter(BATCHES).at(-1));
    expect(filesOf(disk)).toEqual(filesOf(diskWith(BATCHES)));
  });

  test("numbers up to 2^53 - 1, and the longest name", () => {
    const hard = { term: term(Number.MAX_SAFE_INTEGER), votedFor: nodeId("n".repeat(64)) };
    const disk = diskWith([[{ type: "hardState", hard }]]);
    expect(openWal(disk).recovered).toEqual({ hard, entries: [], tornBytes: 0 });
  });

  test("commands up to the largest, in batches of any size", () => {
    const sizes = [[3], [60_000, 60_000], [3], [1, 3_000_000, MAX_COMMAND_BYTES], [3]];
    const disk = new MemoryDisk({ maxFileBytes: 2 * MAX_COMMAND_BYTES });
    createWal(disk);
    const { wal } = openWal(disk);
    const written: Entry<Uint8Array>[] = [];
    for (const batch of sizes) {
      const entries = batch.map((size, place) => sized(written.length + place + 1, size));
      written.push(...entries);
      writeAll(wal, [[append(...entries)]]);
    }
    expect(openWal(disk).recovered.entries.map(summary)).toEqual(written.map(summary));
    expect(() => wal.append([sized(written.length + 1, MAX_COMMAND_BYTES + 1)])).toThrow(
      new AssertionError("a command is within its bound"),
    );
  });
});

describe("segments", () => {
  test("a batch goes to a new segment when it would outgrow the old one, and is never split", () => {
    expect(diskWith(BATCHES, SMALL).list()).toEqual([FIRST, SECOND, THIRD]);
    expect(diskWith(BATCHES, { segmentBytes: 200 }).list()).toEqual([FIRST, SECOND]);
    expect(diskWith(BATCHES).list()).toEqual([FIRST]);
  });

  test("an empty last segment is what a crash leaves behind a roll", () => {
    const files = filesOf(diskWith(BATCHES, SMALL));
    const header = files[THIRD]?.slice(0, 32) ?? new Uint8Array();
    const disk = memoryDisk({ ...files, [THIRD]: header });
    const { wal, recovered } = openWal(disk, SMALL);
    expect(contentOf(recovered)).toEqual(contentsAfter(BATCHES)[2]);
    writeAll(wal, BATCHES.slice(2));
    expect(filesOf(disk)).toEqual(files);
  });

  test("other files in the folder are left alone", () => {
    const disk = memoryDisk({ ...filesOf(diskWith(BATCHES)), "node.json": new Uint8Array(3) });
    expect(contentOf(openWal(disk).recovered)).toEqual(contentsAfter(BATCHES).at(-1));
  });
});

describe("a torn tail is cut", () => {
  test("and its size is told", () => {
    const files = filesOf(diskWith(BATCHES));
    const whole = filesOf(diskWith(BATCHES.slice(0, 2)));
    const torn = files[FIRST]?.slice(0, -1) ?? new Uint8Array();
    const disk = memoryDisk({ [FIRST]: torn });
    const { wal, recovered } = openWal(disk);
    expect(recovered.tornBytes).toBe(torn.length - (whole[FIRST]?.length ?? 0));
    expect(filesOf(disk)).toEqual(whole);
    writeAll(wal, BATCHES.slice(2));
    expect(filesOf(disk)).toEqual(files);
  });

  test("also when it was never more than zeros", () => {
    const bytes = filesOf(diskWith(BATCHES))[FIRST] ?? new Uint8Array();
    const disk = memoryDisk({ [FIRST]: new Uint8Array([...bytes, ...new Uint8Array(50)]) });
    const { recovered } = openWal(disk);
    expect(recovered.tornBytes).toBe(50);
    expect(contentOf(recovered)).toEqual(contentsAfter(BATCHES).at(-1));
  });

  test("also when a command holds a copy of a log", () => {
    const copy = filesOf(diskWith(BATCHES))[FIRST] ?? new Uint8Array();
    const entry = { type: "command", index: index(1), term: term(1), command: copy } as const;
    const bytes = filesOf(diskWith([[append(entry)]]))[FIRST] ?? new Uint8Array();
    expect(openWal(memoryDisk({ [FIRST]: bytes.slice(0, -1) })).recovered.entries).toEqual([]);
  });
});

describe("damage is refused, and nothing is changed", () => {
  const one = filesOf(diskWith(BATCHES));
  const many = filesOf(diskWith(BATCHES, SMALL));
  const [bytes = new Uint8Array()] = Object.values(one);
  const [first = bytes, second = bytes, third = bytes] = Object.values(many);
  const secondAt = first.length;
  const thirdAt = secondAt + second.length - 32;

  test("no log at all", () => {
    expect(damage({})).toEqual(damaged(FIRST, 0, "the file is missing"));
  });

  test("a segment that is missing in the middle", () => {
    expect(damage({ [FIRST]: first, [THIRD]: third })).toEqual(
      damaged(SECOND, 0, "the file is missing"),
    );
  });

  test("a bad batch with a whole one behind it", () => {
    expect(damage({ [FIRST]: flipped(bytes, secondAt + 40) })).toEqual(
      damaged(FIRST, secondAt, `bad bytes with a whole batch behind them at ${thirdAt}`),
    );
  });

  test("a bad batch with a segment behind it", () => {
    expect(damage({ ...many, [SECOND]: flipped(second, 70) })).toEqual(
      damaged(SECOND, 32, "a batch that a later segment builds on is bad"),
    );
  });

  test("a segment cut where a batch ends", () => {
    expect(damage({ ...many, [SECOND]: second.slice(0, 32) })).toEqual(
      damaged(THIRD, 0, "the log before it ends at batch 1, not 2"),
    );
  });

  test("a batch of another log in the place of one", () => {
    const others: Batch[] = [[hardState(1, "n2"), append(noop(1, 1))], ...BATCHES.slice(1)];
    const other = filesOf(diskWith(others))[FIRST] ?? bytes;
    const mixed = new Uint8Array([...bytes.slice(0, thirdAt), ...other.slice(thirdAt)]);
    expect(damage({ [FIRST]: mixed })).toEqual(
      damaged(FIRST, thirdAt, "this batch does not follow the one before it"),
    );
  });

  test("the header of a segment", () => {
    expect(damage({ [FIRST]: flipped(bytes, 17) })).toEqual(
      damaged(FIRST, 0, "the header of the file is bad"),
    );
    expect(damage({ ...many, [THIRD]: third.slice(0, 31) })).toEqual(
      damaged(THIRD, 0, "the header of the file is bad"),
    );
    expect(damage({ ...many, [SECOND]: third })).toEqual(
      damaged(SECOND, 0, "the header belongs to segment 3"),
    );
  });

  test("a whole batch that makes no sense", () => {
    const header = bytes.slice(0, 32);
    const other = filesOf(diskWith([BATCHES[0] ?? [], [append(noop(2, 1))]]))[FIRST] ?? bytes;
    // The second batch without the entry that it builds on.
    const alone = Buffer.from(other.slice(secondAt));
    alone.writeUInt32LE(32, 28);
    alone.writeBigUInt64LE(1n, 16);
    alone.writeUInt32LE(0, 24);
    alone.writeUInt32LE(crc32(alone.subarray(8)), 4);
    expect(damage({ [FIRST]: new Uint8Array([...header, ...alone]) })).toEqual(
      damaged(FIRST, 32, "this batch makes no sense: it leaves a gap in the log"),
    );
    alone[32] = 9;
    alone.writeUInt32LE(crc32(alone.subarray(8)), 4);
    expect(damage({ [FIRST]: new Uint8Array([...header, ...alone]) })).toEqual(
      damaged(FIRST, 32, "this batch makes no sense: it holds a record of unknown kind 9"),
    );
  });

  test("what was refused is as it was", () => {
    const files = { [FIRST]: flipped(bytes, secondAt + 40) };
    const disk = memoryDisk(files);
    expect(() => openWal(disk)).toThrow(DamagedLogError);
    expect(filesOf(disk)).toEqual(files);
  });
});

test("a log of a later version says which version can read it", () => {
  const bytes = Buffer.from(filesOf(diskWith(BATCHES))[FIRST] ?? []);
  bytes.writeUInt32LE(2, 8);
  bytes.writeUInt32LE(crc32(bytes.subarray(8, 32)), 4);
  expect(() => openWal(memoryDisk({ [FIRST]: bytes }))).toThrow(
    new NewerLogError(`memory:${FIRST}`, 2),
  );
  expect(new NewerLogError("x.wal", 2).message).toBe(
    "x.wal has format 2 and this version reads format 1: use the version of Kontiki that wrote it, or a later one",
  );
});

describe("what a caller must not do", () => {
  function fresh(): ReturnType<typeof openWal>["wal"] {
    return openWal(diskWith(BATCHES)).wal;
  }

  test("write a batch before the one before it is durable", () => {
    const wal = fresh();
    write(wal, [append(noop(6, 3))]);
    expect(wal.flush()).toBe(true);
    write(wal, [append(noop(7, 3))]);
    expect(() => wal.flush()).toThrow(AssertionError);
    wal.sync();
    expect(wal.flush()).toBe(true);
  });

  test("nothing to write is nothing to sync", () => {
    const wal = fresh();
    expect(wal.flush()).toBe(false);
    wal.sync();
    wal.append([]);
    expect(wal.flush()).toBe(false);
  });

  test.each([
    ["leave a gap", append(noop(7, 3)), "entries are appended behind the last one"],
    ["cut what is not there", truncate(6), "only what is there is cut"],
    ["go back in term", hardState(2), "a term never goes back"],
  ])("%s", (_title, part, message) => {
    expect(() => write(fresh(), [part])).toThrow(new AssertionError(message));
  });

  test("change a vote within its term", () => {
    const wal = fresh();
    write(wal, [hardState(3, "n1"), hardState(3, "n1")]);
    const changed = new AssertionError("a vote is never changed within its term");
    expect(() => write(wal, [hardState(3, "n2")])).toThrow(changed);
    expect(() => write(wal, [hardState(3)])).toThrow(changed);
    write(wal, [hardState(4)]);
  });

  test("write what no batch holds", () => {
    const wal = fresh();
    const largest = { ...sized(0, MAX_COMMAND_BYTES), term: term(3) };
    const entries = Array.from({ length: MAX_BATCH_BYTES / MAX_COMMAND_BYTES }, (_, count) => ({
      ...largest,
      index: index(count + 6),
    }));
    expect(() => wal.append(entries)).toThrow(
      new AssertionError("a turn writes no more than a batch holds"),
    );
    expect(() => wal.flush()).toThrow(AssertionError);
  });

  test("use a closed log", () => {
    const wal = fresh();
    wal.close();
    wal.close();
    expect(() => write(wal, [append(noop(6, 3))])).toThrow(AssertionError);
    expect(() => wal.flush()).toThrow(AssertionError);
    expect(() => wal.sync()).toThrow(AssertionError);
  });
});
