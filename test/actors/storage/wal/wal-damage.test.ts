/** A damaged log: what a node continues with, and what it salvages (Alagappan et al., FAST '18). */
import { LOG_START, term } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { MemoryDisk } from "../../../../packages/actors/src/storage/disk/memory-disk.ts";
import { openStorage } from "../../../../packages/actors/src/storage/recovery/open-storage.ts";
import { createWal } from "../../../../packages/actors/src/storage/wal/open-wal.ts";
import { PROMISE_NAME } from "../../../../packages/actors/src/storage/wal/promise.ts";
import {
  SEGMENT_HEADER_BYTES,
  segmentName,
} from "../../../../packages/actors/src/storage/wal/wal-format.ts";
import { flipped, offsets, opened, without, type Files } from "../../support/storage/damage.ts";
import { filesOf, memoryDisk } from "../../support/storage/disks.ts";
import {
  append,
  command,
  compact,
  contentsAfter,
  hardState,
  noop,
  partsAt,
  position,
  type Batch,
} from "../../support/storage/model.ts";
import { contentOn, diskWith, writeAll } from "../../support/storage/writing.ts";

const BATCHES: readonly Batch[] = [
  [hardState(1, "n1"), append(noop(1, 1), command(2, 1, "a"))],
  [append(command(3, 1, "b"))],
  [hardState(2, "n2"), append(noop(4, 2))],
];
const SMALL = { segmentBytes: 1 };
const [FIRST, SECOND, THIRD] = [1, 2, 3].map(segmentName) as [string, string, string];
const HARD = { term: term(2), votedFor: "n2" };
const NONE = new Uint8Array();

/** The log of the batches in one segment and in three; the promise file is the same. */
const one = filesOf(diskWith(BATCHES));
const many = filesOf(diskWith(BATCHES, SMALL));
const [, secondAt = 0, thirdAt = 0, end = 0] = offsets(one[FIRST]);
const kept = ["1@1 noop", '2@1 "a"'];
const all = [...kept, '3@1 "b"', "4@2 noop"];
const rest = { hard: HARD, base: LOG_START, snapshot: undefined };

function where(name: string, offset: number, what: string): string {
  return `the log is damaged: memory:${name}, byte ${offset}: ${what}`;
}

/** What the message says of the files that are kept, the first of which is `name`. */
function keptAs(name: string, more: number): string {
  return `; kept as ${name}.damaged-1${more === 0 ? "" : ` and ${more} more`}`;
}

describe("a lost entry: those before it are kept, those after it are salvaged, and the horizon is where the log ended", () => {
  const later = `bad bytes, followed by an intact batch at ${thirdAt}`;
  test.each<[string, Files, string]>([
    [
      "a bad record in a batch with an intact one after it",
      { ...one, [FIRST]: flipped(one[FIRST], thirdAt - 1) },
      where(FIRST, secondAt, later),
    ],
    [
      "a bad state record",
      { ...one, [FIRST]: flipped(one[FIRST], secondAt + 32 + 1) },
      where(FIRST, secondAt, later),
    ],
    [
      "a bad header of a batch",
      { ...one, [FIRST]: flipped(one[FIRST], secondAt + 8) },
      where(FIRST, secondAt, later),
    ],
    [
      "the same without a promise file",
      { [FIRST]: flipped(one[FIRST], secondAt + 8) },
      where(FIRST, secondAt, later),
    ],
    [
      "a bad batch with a segment after it",
      { ...many, [SECOND]: flipped(many[SECOND], 100) },
      where(SECOND, SEGMENT_HEADER_BYTES, "bad bytes, followed by another segment"),
    ],
    [
      "a segment cut where a batch ends",
      { ...many, [SECOND]: (many[SECOND] ?? NONE).slice(0, SEGMENT_HEADER_BYTES) },
      where(THIRD, 0, "the log before it ends at batch 1, not 2"),
    ],
    ["a missing segment", without(many, SECOND), where(SECOND, 0, "the file is missing")],
    [
      "a segment in the place of another",
      { ...many, [SECOND]: many[THIRD] ?? NONE },
      where(SECOND, 0, "the header belongs to segment 3"),
    ],
  ])("%s", (_title, files, damage) => {
    const found = opened(files);
    const segments = Object.keys(files).filter((name) => name !== PROMISE_NAME);
    const isPromised = PROMISE_NAME in files;
    const [first = ""] = segments;
    expect({ ...found, files: Object.keys(found.files) }).toEqual({
      content: { ...rest, entries: kept, horizon: position(4, 2) },
      salvage: [{ pieces: [kept, ["4@2 noop"]], marks: ["3@1", "4@2"] }],
      damage: damage + keptAs(first, segments.length - 1),
      files: [
        ...segments.map((name) => `${name}.damaged-1`),
        segmentName(first === FIRST && segments.length === 1 ? 2 : 4),
        "promise",
        ...(isPromised ? ["promise.damaged-1"] : []),
      ].sort(),
    });
  });
});

describe("damage that costs no entry is repaired at once", () => {
  test.each<[string, Files, string]>([
    [
      "a bad header of a segment",
      { ...many, [SECOND]: flipped(many[SECOND], 17) },
      where(SECOND, 0, "the header of the file is bad") + keptAs(FIRST, 2),
    ],
    [
      "a bad header of the last segment",
      { ...many, [THIRD]: flipped(many[THIRD], 40) },
      where(THIRD, 0, "the header of the file is bad") + keptAs(FIRST, 2),
    ],
    [
      "a bad header of the first segment",
      { ...one, [FIRST]: flipped(one[FIRST], 0) },
      where(FIRST, 0, "the header of the file is bad") + keptAs(FIRST, 0),
    ],
  ])("%s", (_title, files, damage) => {
    const found = opened(files);
    expect({ ...found, files: undefined }).toEqual({
      content: { ...rest, entries: all, horizon: undefined },
      salvage: [],
      damage,
      files: undefined,
    });
  });

  test.each<[string, readonly Batch[]]>([
    ["at the end", [...BATCHES.slice(0, 2), [hardState(2, "n2")], [hardState(3)]]],
    ["with entries after them", [BATCHES[0] ?? [], [], [hardState(2)], ...BATCHES.slice(1)]],
  ])("bad votes %s", (_title, given) => {
    const batches = given.filter((batch) => batch.length > 0);
    const files = filesOf(diskWith(batches));
    const bad = batches.findIndex((batch) => batch.every(({ type }) => type === "hardState"));
    const at = offsets(files[FIRST])[bad] ?? 0;
    const { content } = opened({ ...files, [FIRST]: flipped(files[FIRST], at + 33) });
    expect(content).toEqual(contentsAfter(batches).at(-1));
  });

  test("damage before the last entry of a snapshot", () => {
    const batches = [...BATCHES, [compact(4, 2)], [hardState(3)], [append(noop(5, 3))]];
    const files = filesOf(diskWith(batches));
    const { content } = opened({ ...files, [FIRST]: flipped(files[FIRST], secondAt + 40) });
    expect(content).toEqual({
      hard: { term: term(3), votedFor: undefined },
      base: position(4, 2),
      entries: ["5@3 noop"],
      horizon: undefined,
      snapshot: partsAt(position(4, 2)),
    });
  });
});

test("a torn part after the damage is not part of the horizon", () => {
  const bytes = flipped(one[FIRST], secondAt + 40);
  const { content } = opened({ [FIRST]: new Uint8Array([...bytes, 1, 2, 3]) });
  expect(content).toEqual({ ...rest, entries: kept, horizon: position(4, 2) });
});

test("an earlier horizon stays, if it is further, and both logs are salvaged", () => {
  const disk = memoryDisk({ ...one, [FIRST]: flipped(one[FIRST], secondAt + 40) });
  writeAll(openStorage(disk), [[append(noop(3, 1))], [hardState(3)]]);
  const files = filesOf(disk);
  const [, second = 0] = offsets(files[SECOND], 2);
  const found = opened({ ...files, [SECOND]: flipped(files[SECOND], second + 40) });
  expect({ ...found, files: Object.keys(found.files) }).toEqual({
    content: {
      ...rest,
      hard: { term: 3, votedFor: undefined },
      entries: kept,
      horizon: position(4, 2),
    },
    salvage: [
      { pieces: [kept, ["4@2 noop"]], marks: ["3@1", "4@2"] },
      { pieces: [kept], marks: ["3@1"] },
    ],
    damage:
      where(
        SECOND,
        second,
        `bad bytes, followed by an intact batch at ${offsets(files[SECOND], 2)[2]}`,
      ) + `; kept as ${SECOND}.damaged-2`,
    files: [
      `${FIRST}.damaged-1`,
      `${SECOND}.damaged-2`,
      THIRD,
      "promise",
      "promise.damaged-1",
      "promise.damaged-2",
    ],
  });
});

test("a repaired log continues, and may be damaged and repaired again", () => {
  const disk = memoryDisk({ ...one, [FIRST]: flipped(one[FIRST], secondAt + 40) });
  const again = openStorage(disk);
  writeAll(again, [[append(noop(3, 1))], [append(noop(4, 2), noop(5, 2))]]);
  again.storage.forgetHorizon();
  writeAll(again, [[append(noop(6, 2))]]);
  const entries = [...kept, "3@1 noop", "4@2 noop", "5@2 noop", "6@2 noop"];
  expect(contentOn(disk)).toEqual({ ...rest, entries, horizon: undefined });
  const files = filesOf(disk);
  const [, , third = 0] = offsets(files[SECOND], 2);
  const { content, salvage } = opened({ ...files, [SECOND]: flipped(files[SECOND], third + 40) });
  expect(content).toEqual({
    ...rest,
    entries: [...kept, "3@1 noop"],
    horizon: position(6, 2),
  });
  expect(salvage.at(-1)).toEqual({
    pieces: [[...kept, "3@1 noop"], ["6@2 noop"]],
    marks: ["5@2", "6@2"],
  });
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

describe("the end of the log is lost, and the promise file says that it was durable", () => {
  const second = [...kept, '3@1 "b"'];
  const salvage = [{ pieces: [second], marks: ["4@2"] }];
  const lastLost = "the last write, which had succeeded, is bad or missing";
  test.each<[string, Files, readonly string[], string]>([
    [
      "the last batch is bad",
      { ...one, [FIRST]: flipped(one[FIRST], end - 1) },
      second,
      where(FIRST, thirdAt, lastLost) + keptAs(FIRST, 0),
    ],
    [
      "the last segment is cut off",
      { ...many, [THIRD]: (many[THIRD] ?? NONE).slice(0, SEGMENT_HEADER_BYTES + 9) },
      second,
      where(THIRD, SEGMENT_HEADER_BYTES, lastLost) + keptAs(FIRST, 2),
    ],
    [
      "the last segment is missing",
      without(many, THIRD),
      second,
      where(SECOND, many[SECOND]?.length ?? 0, lastLost) + keptAs(FIRST, 1),
    ],
    [
      "two batches are bad",
      { ...one, [FIRST]: (one[FIRST] ?? NONE).slice(0, secondAt + 9) },
      kept,
      where(FIRST, secondAt, "the last 2 writes, which had succeeded, are bad or missing") +
        keptAs(FIRST, 0),
    ],
    [
      "the whole log is gone",
      { [PROMISE_NAME]: one[PROMISE_NAME] ?? NONE },
      [],
      where(FIRST, 0, "the file is missing"),
    ],
  ])("%s", (_title, files, entries, damage) => {
    const found = opened(files);
    expect({ ...found, files: undefined }).toEqual({
      content: { ...rest, entries, horizon: position(4, 2) },
      salvage:
        entries === second
          ? salvage
          : [{ pieces: entries.length === 0 ? [] : [entries], marks: ["4@2"] }],
      damage,
      files: undefined,
    });
    // It is found once.
    const again = opened(found.files);
    expect([again.content, again.damage]).toEqual([found.content, undefined]);
  });

  test("without it, that looks like a write that a crash cut off", () => {
    const files = without({ ...one, [FIRST]: flipped(one[FIRST], end - 1) }, PROMISE_NAME);
    const { content, damage } = opened(files);
    expect([content, damage]).toEqual([contentsAfter(BATCHES)[2], undefined]);
  });
});
