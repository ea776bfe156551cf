/** A damaged log is accepted when the promises of the node are still known (Alagappan et al., FAST '18). */
import { INITIAL_HARD_STATE, LOG_START, term } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { BatchWriter } from "../../../../packages/actors/src/storage/wal/batch-writer.ts";
import type { Disk } from "../../../../packages/actors/src/storage/disk/disk.ts";
import { MemoryDisk } from "../../../../packages/actors/src/storage/disk/memory-disk.ts";
import { openStorage } from "../../../../packages/actors/src/storage/recovery/open-storage.ts";
import { createWal } from "../../../../packages/actors/src/storage/wal/open-wal.ts";
import {
  decodeBatch,
  LOG_BEGIN,
  sealBatch,
  SEGMENT_HEADER_BYTES,
  segmentName,
} from "../../../../packages/actors/src/storage/wal/wal-format.ts";
import type { RecordWriter } from "../../../../packages/actors/src/storage/wal/record-writer.ts";
import {
  encodeAppend,
  encodeCompact,
  encodeTruncate,
} from "../../../../packages/actors/src/storage/wal/wal-records.ts";
import { DamagedLogError } from "../../../../packages/actors/src/storage/wal/wal-recovery.ts";
import { filesOf, memoryDisk } from "../../support/storage/disks.ts";
import {
  append,
  command,
  compact,
  contentsAfter,
  hardState,
  install,
  members,
  noop,
  partsAt,
  position,
  type Batch,
  type Content,
} from "../../support/storage/model.ts";
import { contentOf, contentOn, diskWith, writeAll } from "../../support/storage/writing.ts";

const WAY_OUT =
  "The promises of this node are lost, so it must not run with what is left: " +
  "restore the whole data directory from one copy taken while the cluster was stopped, " +
  "or make a cluster of another node with kontiki recover.";

const BATCHES: readonly Batch[] = [
  [hardState(1, "n1"), append(noop(1, 1), command(2, 1, "a"))],
  [append(command(3, 1, "b"))],
  [hardState(2, "n2"), append(noop(4, 2))],
];
const SMALL = { segmentBytes: 1 };
const [FIRST, SECOND, THIRD, FOURTH] = [1, 2, 3, 4].map(segmentName) as [
  string,
  string,
  string,
  string,
];
const HARD = { term: term(2), votedFor: "n2" };

type Files = Record<string, Uint8Array>;

/** The content of a disk with these files when it is opened, and the message about its damage. */
function opened(files: Files): { content: Content; damage: string | undefined; names: string[] } {
  const disk = memoryDisk(files);
  const storage = openStorage(disk);
  const content = contentOf(storage);
  const { damage } = storage.recovered;
  storage.storage.close();
  return { content, damage, names: disk.list() };
}

/** How a disk is refused; nothing may have changed. */
function refusal(files: Files): unknown {
  const disk = memoryDisk(files);
  try {
    openStorage(disk);
  } catch (cause) {
    expect(filesOf(disk)).toEqual(files);
    return cause instanceof DamagedLogError ? [cause.path, cause.offset, cause.message] : cause;
  }
  return undefined;
}

function refused(name: string, offset: number, what: string): unknown {
  const path = `memory:${name}`;
  return [path, offset, `the log is damaged: ${path}, byte ${offset}: ${what}. ${WAY_OUT}`];
}

function flipped(bytes: Uint8Array | undefined, at: number): Uint8Array {
  const bad = bytes?.slice() ?? new Uint8Array();
  bad[at] = (bad[at] ?? 0) ^ 1;
  return bad;
}

/** The positions of a segment's batches, and the end of the last. */
function offsets(bytes: Uint8Array | undefined, segment = 1): number[] {
  const found = [SEGMENT_HEADER_BYTES];
  for (;;) {
    const batch = decodeBatch(Buffer.from(bytes ?? []), segment, found.at(-1) ?? 0);
    if (batch === undefined) return found;
    found.push(batch.end);
  }
}

describe("a damaged log keeps everything before the damage, and has a horizon after it", () => {
  const one = filesOf(diskWith(BATCHES));
  const many = filesOf(diskWith(BATCHES, SMALL));
  const [, secondAt = 0, thirdAt = 0] = offsets(one[FIRST]);
  const kept = ["1@1 noop", '2@1 "a"'];
  const rest = { hard: HARD, base: LOG_START, horizon: position(4, 2), snapshot: undefined };
  const where = (name: string, offset: number, what: string): string =>
    `the log is damaged: memory:${name}, byte ${offset}: ${what}`;

  test.each<[string, Files, readonly string[], string]>([
    [
      "a bad record in a batch with an intact one after it",
      { [FIRST]: flipped(one[FIRST], thirdAt - 1) },
      kept,
      where(FIRST, secondAt, `bad bytes, followed by an intact batch at ${thirdAt}`),
    ],
    [
      "a bad state record",
      { [FIRST]: flipped(one[FIRST], secondAt + 32 + 1) },
      kept,
      where(FIRST, secondAt, `bad bytes, followed by an intact batch at ${thirdAt}`),
    ],
    [
      "a bad header of a batch",
      { [FIRST]: flipped(one[FIRST], secondAt + 8) },
      kept,
      where(FIRST, secondAt, `bad bytes, followed by an intact batch at ${thirdAt}`),
    ],
    [
      "a bad batch with a segment after it",
      { ...many, [SECOND]: flipped(many[SECOND], 100) },
      kept,
      where(SECOND, SEGMENT_HEADER_BYTES, "a batch that a later segment depends on is bad"),
    ],
    [
      "a segment cut where a batch ends",
      { ...many, [SECOND]: (many[SECOND] ?? new Uint8Array()).slice(0, SEGMENT_HEADER_BYTES) },
      kept,
      where(THIRD, 0, "the log before it ends at batch 1, not 2"),
    ],
    [
      "a missing segment",
      { [FIRST]: many[FIRST] ?? new Uint8Array(), [THIRD]: many[THIRD] ?? new Uint8Array() },
      kept,
      where(SECOND, 0, "the file is missing"),
    ],
    [
      "a bad header of a segment",
      { ...many, [SECOND]: flipped(many[SECOND], 17) },
      kept,
      where(SECOND, 0, "the header of the file is bad"),
    ],
    [
      "a bad header of the last segment",
      { ...many, [THIRD]: flipped(many[THIRD], 40) },
      [...kept, '3@1 "b"'],
      where(THIRD, 0, "the header of the file is bad"),
    ],
    [
      "a bad header of the first segment",
      { [FIRST]: flipped(one[FIRST], 0) },
      [],
      where(FIRST, 0, "the header of the file is bad"),
    ],
    [
      "a segment in the place of another",
      { ...many, [SECOND]: many[THIRD] ?? new Uint8Array() },
      kept,
      where(SECOND, 0, "the header belongs to segment 3"),
    ],
  ])("%s", (_title, files, entries, damage) => {
    const content = { ...rest, entries };
    const rewritten = segmentName(Object.keys(files).length === 1 ? 2 : 4);
    expect(opened(files)).toEqual({ content, damage, names: [rewritten] });
  });

  test("a torn part after the damage is not part of the horizon", () => {
    const bytes = flipped(one[FIRST], secondAt + 40);
    const { content } = opened({ [FIRST]: new Uint8Array([...bytes, 1, 2, 3]) });
    expect(content).toEqual({ ...rest, entries: kept });
  });

  test("there is no horizon when only votes are damaged, and the log is as long as before", () => {
    const votes = [...BATCHES.slice(0, 2), [hardState(2, "n2")], [hardState(3)]];
    const files = filesOf(diskWith(votes));
    const [, , third = 0] = offsets(files[FIRST]);
    const { content } = opened({ [FIRST]: flipped(files[FIRST], third + 33) });
    expect(content).toEqual(contentsAfter(votes).at(-1));
  });

  test("there is no horizon when a snapshot covers it", () => {
    const batches = [...BATCHES, [compact(4, 2)], [hardState(3)]];
    const files = filesOf(diskWith(batches));
    const { content } = opened({ ...files, [FIRST]: flipped(files[FIRST], secondAt + 40) });
    const snapshot = partsAt(position(4, 2));
    const hard = { term: term(3), votedFor: undefined };
    expect(content).toEqual({
      hard,
      base: position(4, 2),
      entries: [],
      horizon: undefined,
      snapshot,
    });
  });

  test("an earlier horizon stays, if it is further", () => {
    const disk = memoryDisk({ [FIRST]: flipped(one[FIRST], secondAt + 40) });
    writeAll(openStorage(disk), [[append(noop(3, 1), noop(4, 1))], [hardState(3)]]);
    const files = filesOf(disk);
    const [, second = 0] = offsets(files[SECOND], 2);
    const { content } = opened({ [SECOND]: flipped(files[SECOND], second + 40) });
    expect(content).toEqual({ ...rest, hard: { term: 3, votedFor: undefined }, entries: kept });
  });

  test("a repaired log continues, and may be damaged and repaired again", () => {
    const disk = memoryDisk({ [FIRST]: flipped(one[FIRST], secondAt + 40) });
    const again = openStorage(disk);
    writeAll(again, [[append(noop(3, 1))], [append(noop(4, 2), noop(5, 2))]]);
    again.storage.forgetHorizon();
    writeAll(again, [[append(noop(6, 2))]]);
    const entries = [...kept, "3@1 noop", "4@2 noop", "5@2 noop", "6@2 noop"];
    expect(contentOn(disk)).toEqual({ ...rest, entries, horizon: undefined });
    const files = filesOf(disk);
    const [, , third = 0] = offsets(files[SECOND], 2);
    const { content, names } = opened({ [SECOND]: flipped(files[SECOND], third + 40) });
    expect(content).toEqual({ ...rest, entries: [...kept, "3@1 noop"], horizon: position(6, 2) });
    expect(names).toEqual([THIRD]);
  });

  test("content that exceeds one batch is kept in several", () => {
    const large = Array.from({ length: 3 }, (_, at) => command(at + 1, 1, "x".repeat(600_000)));
    const disk = new MemoryDisk({ maxFileBytes: 4 * 1024 * 1024 });
    createWal(disk);
    const batches = [...large.map((entry) => [append(entry)]), [hardState(2)], [hardState(3)]];
    writeAll(openStorage(disk, { segmentBytes: 2 ** 30 }), batches);
    const bytes = disk.read(FIRST);
    disk.create(FIRST, flipped(bytes, (offsets(bytes).at(-3) ?? 0) + 33));
    expect(openStorage(disk).recovered.entries.length).toBe(3);
    expect(openStorage(disk).recovered.entries.length).toBe(3);
    expect(offsets(filesOf(disk)[SECOND], 2).length).toBe(3);
  });
});

describe("damage is refused when nothing records the node's promises, and nothing is changed", () => {
  const one = filesOf(diskWith(BATCHES));
  const many = filesOf(diskWith(BATCHES, SMALL));
  const [, secondAt = 0, thirdAt = 0] = offsets(one[FIRST]);
  const bytes = one[FIRST] ?? new Uint8Array();

  test("no log at all", () => {
    expect(refusal({})).toEqual(refused(FIRST, 0, "the file is missing"));
  });

  test("a bad batch with an empty segment after it, which proves that it was durable", () => {
    const empty = (many[THIRD] ?? bytes).slice(0, SEGMENT_HEADER_BYTES);
    const files = { ...many, [SECOND]: flipped(many[SECOND], 100), [THIRD]: empty };
    expect(refusal(files)).toEqual(
      refused(SECOND, SEGMENT_HEADER_BYTES, "a batch that a later segment depends on is bad"),
    );
  });

  test("an intact batch after the damage that is not the last durable one", () => {
    const long = [...BATCHES, [append(noop(5, 2))]];
    const two = filesOf(diskWith(long, { segmentBytes: thirdAt + 200 }));
    expect(Object.keys(two)).toEqual([FIRST, SECOND]);
    const header = (two[SECOND] ?? bytes).slice(0, SEGMENT_HEADER_BYTES);
    const first = flipped(flipped(two[FIRST], secondAt - 1), thirdAt + 40);
    expect(refusal({ [FIRST]: first, [SECOND]: header })).toEqual(
      refused(FIRST, SEGMENT_HEADER_BYTES, `bad bytes, followed by an intact batch at ${secondAt}`),
    );
  });

  test("the only remaining batch of a log whose others were removed", () => {
    const files = filesOf(diskWith([...BATCHES, [compact(4, 2)]], SMALL));
    const name = FOURTH;
    const whole = memoryDisk(files);
    const { storage } = openStorage(whole, SMALL);
    for (let turn = 0; turn < 4; turn += 1) storage.sync();
    const left = filesOf(whole);
    expect(Object.keys(left)).toEqual([name, "4-2.snapshot"]);
    expect(refusal({ ...left, [name]: flipped(left[name], 100) })).toEqual(
      refused(name, SEGMENT_HEADER_BYTES, "no intact batch is left"),
    );
  });

  test("a batch that belongs to another log", () => {
    const others = [
      [hardState(1, "n2"), append(noop(1, 1), command(2, 1, "a"))],
      ...BATCHES.slice(1),
    ];
    const other = filesOf(diskWith(others))[FIRST] ?? bytes;
    const mixed = new Uint8Array([...bytes.slice(0, thirdAt), ...other.slice(thirdAt)]);
    expect(refusal({ [FIRST]: mixed })).toEqual(
      refused(FIRST, thirdAt, "this batch does not follow the one before it"),
    );
  });

  test("a segment that belongs to another log", () => {
    const others = [
      [hardState(1, "n2"), append(noop(1, 1), command(2, 1, "a"))],
      ...BATCHES.slice(1),
    ];
    const other = filesOf(diskWith(others, SMALL))[THIRD] ?? bytes;
    expect(refusal({ ...many, [THIRD]: other })).toEqual(
      refused(THIRD, 0, "the log before it ends at batch 2, not 2"),
    );
  });

  test("a batch after the damage that is older than those before it, for example inside a command", () => {
    const offset = thirdAt + 50;
    const copy = Buffer.from(bytes.slice(SEGMENT_HEADER_BYTES, secondAt));
    sealBatch(copy, { segment: 1, offset, previous: LOG_BEGIN });
    const torn = new Uint8Array([...bytes.slice(0, offset), ...copy]);
    const whole = flipped(torn, thirdAt + 40);
    expect(refusal({ [FIRST]: whole })).toEqual(
      refused(FIRST, thirdAt, `bad bytes, followed by an intact batch at ${offset}`),
    );
  });

  test.each<[string, (records: RecordWriter) => void, string]>([
    ["a gap", (to) => encodeAppend(to, [noop(5, 1)]), "it leaves a gap in the log"],
    [
      "a truncation after an entry that is not there",
      (to) => encodeTruncate(to, position(4, 1)),
      "it cuts an entry that is not there",
    ],
    [
      "a truncation after an entry of another term",
      (to) => encodeTruncate(to, position(2, 2)),
      "it cuts an entry of another term",
    ],
    [
      "a truncation of compacted entries",
      (to) => {
        encodeCompact(to, position(2, 1));
        encodeTruncate(to, position(1, 1));
      },
      "it cuts an entry that is not there",
    ],
    [
      "a compaction of entries that are not there",
      (to) => encodeCompact(to, position(4, 1)),
      "it compacts an entry that is not there",
    ],
    ["an unknown record", (to) => to.u8(9), "it contains a record of unknown kind 9"],
    ["half a record", (to) => to.u8(3), "it ends in the middle of a record"],
    [
      "an invalid membership",
      (to) => {
        encodeAppend(to, [members(4, 1)]);
        to.u32At(to.position - 4, 0);
      },
      "it contains an invalid membership: it is not JSON",
    ],
    [
      "an end that is not the log's",
      (to) => encodeTruncate(to, position(2, 1)),
      "it ends at entry 2 of term 1 and records entry 3 of term 1",
    ],
  ])("an invalid batch with a correct checksum: %s", (_title, spoil, what) => {
    const writer = new BatchWriter();
    spoil(writer.records);
    const short = bytes.slice(0, thirdAt);
    const { last } = decodeBatch(Buffer.from(short), 1, secondAt) ?? { last: LOG_BEGIN };
    const place = { segment: 1, offset: thirdAt, previous: last };
    const last3 = position(3, 1);
    const before = { last: last3, cuts: 0 };
    const state = { hard: INITIAL_HARD_STATE, last: last3, horizon: undefined, before };
    const batch = writer.seal(state, place).bytes;
    expect(refusal({ [FIRST]: new Uint8Array([...short, ...batch]) })).toEqual(
      refused(FIRST, thirdAt, `this batch is invalid: ${what}`),
    );
  });

  test("an invalid batch with a correct checksum: no state record", () => {
    const batch = Buffer.from(bytes.slice(SEGMENT_HEADER_BYTES, secondAt));
    batch[32] = 9;
    sealBatch(batch, { segment: 1, offset: SEGMENT_HEADER_BYTES, previous: LOG_BEGIN });
    const header = bytes.slice(0, SEGMENT_HEADER_BYTES);
    expect(refusal({ [FIRST]: new Uint8Array([...header, ...batch]) })).toEqual(
      refused(
        FIRST,
        SEGMENT_HEADER_BYTES,
        "this batch is invalid: it does not begin with a state record",
      ),
    );
  });
});

describe("a damaged snapshot", () => {
  const taken = [...BATCHES, [compact(2, 1)], [append(noop(5, 2))]];
  const bad = (files: Files, name: string, at = -1): Files => ({
    ...files,
    [name]: flipped(files[name], at < 0 ? (files[name]?.length ?? 0) + at : at),
  });
  const end = (name: string, offset: number): string =>
    `the snapshot is damaged: memory:${name}, byte ${offset}: the end is bad`;

  test("does no harm when an older one is intact and the log reaches back to it", () => {
    const batches = [...taken, [compact(4, 2, 0)]];
    const files = filesOf(diskWith(batches));
    const size = files["4-2.snapshot"]?.length ?? 0;
    const expected = contentsAfter(taken).at(-1);
    expect(opened(bad(files, "4-2.snapshot"))).toEqual({
      content: expected,
      damage: end("4-2.snapshot", size - 16),
      names: [FIRST, "2-1.snapshot"],
    });
  });

  test("costs the log after it when the older one is further back", () => {
    const files = filesOf(diskWith([...taken, [compact(4, 2)]]));
    const size = files["4-2.snapshot"]?.length ?? 0;
    const { content, damage, names } = opened(bad(files, "4-2.snapshot"));
    expect(content).toEqual({
      hard: HARD,
      base: position(2, 1),
      entries: [],
      horizon: position(5, 2),
      snapshot: partsAt(position(2, 1)),
    });
    expect(damage).toBe(`${end("4-2.snapshot", size - 16)}; no snapshot holds the entries up to 4`);
    expect(names).toEqual([SECOND, "2-1.snapshot"]);
  });

  test("costs the whole log when there is no other", () => {
    const files = filesOf(diskWith(taken));
    const nothing = { base: LOG_START, entries: [], horizon: position(5, 2), snapshot: undefined };
    const { content, names } = opened(bad(files, "2-1.snapshot", 40));
    expect(content).toEqual({ hard: HARD, ...nothing });
    expect(names).toEqual([SECOND]);
    const { "2-1.snapshot": _, ...missing } = files;
    expect(opened(missing)).toEqual({
      content,
      damage: "no snapshot holds the entries up to 2",
      names,
    });
  });

  test("costs everything that it covered, if it was received", () => {
    const files = filesOf(diskWith([...BATCHES, [install(9, 2)]]));
    const { content } = opened(bad(files, "9-2.snapshot", 100));
    expect(content).toEqual({
      hard: HARD,
      base: LOG_START,
      entries: [],
      horizon: position(9, 2),
      snapshot: undefined,
    });
  });

  test("together with a damaged log: the horizon comes from the newest batch", () => {
    const files = filesOf(diskWith([...taken, [append(noop(6, 2))]]));
    const [, secondAt = 0] = offsets(files[FIRST]);
    const twice = bad(bad(files, "2-1.snapshot"), FIRST, secondAt + 40);
    expect(opened(twice).content).toEqual({
      hard: HARD,
      base: LOG_START,
      entries: ["1@1 noop", '2@1 "a"'],
      horizon: position(6, 2),
      snapshot: undefined,
    });
  });
});

test("a power loss after the new log is written and before the old one is removed leaves the new one", () => {
  const files = filesOf(diskWith(BATCHES, SMALL));
  const broken = { ...files, [SECOND]: flipped(files[SECOND], 100) };
  const disk = memoryDisk(broken);
  const repaired = contentOn(disk);
  const left: Disk = memoryDisk({ ...broken, ...filesOf(disk) });
  expect(contentOn(left)).toEqual(repaired);
  expect(left.list()).toEqual([FOURTH]);
});
