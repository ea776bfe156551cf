/** A log that an earlier version wrote, in format 3, which has no reserved space, is read, continued, and repaired. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { openStorage } from "../../../../packages/actors/src/storage/recovery/open-storage.ts";
import { PROMISE_NAME } from "../../../../packages/actors/src/storage/wal/promise.ts";
import { segmentName } from "../../../../packages/actors/src/storage/wal/wal-format.ts";
import { flipped, offsets, opened, without, type Files } from "../../support/storage/damage.ts";
import { filesOf, memoryDisk } from "../../support/storage/disks.ts";
import {
  append,
  command,
  contentsAfter,
  hardState,
  noop,
  position,
  truncate,
  type Batch,
} from "../../support/storage/model.ts";
import { contentOf, contentOn, writeAll } from "../../support/storage/writing.ts";

const FOLDER = new URL("../../support/storage/format-3/", import.meta.url);
const [FIRST, SECOND, THIRD] = [1, 2, 3].map(segmentName) as [string, string, string];
const NONE = new Uint8Array();

/** What the files hold. They were written with segments of 400 bytes. */
const BATCHES: readonly Batch[] = [
  [hardState(1, "n1"), append(noop(1, 1), command(2, 1, "a"))],
  [append(command(3, 1, "b"), command(4, 1, "c"))],
  [hardState(2, "n2"), truncate(3), append(noop(4, 2))],
  [append(noop(5, 2))],
];
const files: Files = Object.fromEntries(
  readdirSync(FOLDER).map((name) => [name, Uint8Array.from(readFileSync(new URL(name, FOLDER)))]),
);
const { [FIRST]: first = NONE, [SECOND]: second = NONE } = files;
const withoutPromise = without(files, PROMISE_NAME);

function formats(all: Files): number[] {
  const segments = Object.entries(all).filter(([name]) => name.endsWith(".wal"));
  return segments.map(([, bytes]) => Buffer.from(bytes).readUInt32LE(8));
}

test("is read as it was written", () => {
  expect([Object.keys(files), formats(files)]).toEqual([
    [FIRST, SECOND, PROMISE_NAME],
    [3, 3],
  ]);
  expect(contentOn(memoryDisk(files))).toEqual(contentsAfter(BATCHES).at(-1));
});

test("is continued in a new segment of format 4, and its segments stay as they are", () => {
  const disk = memoryDisk(files);
  const more: Batch = [append(command(6, 2, "d"))];
  const storage = openStorage(disk);
  writeAll(storage, [more]);
  storage.storage.close();
  const after = filesOf(disk);
  expect([after[FIRST], after[SECOND], formats(after)]).toEqual([first, second, [3, 3, 4]]);
  expect(contentOn(disk)).toEqual(contentsAfter([...BATCHES, more]).at(-1));
});

test("has a torn tail after its last batch, also if that is only zeros", () => {
  const at = offsets(second, 2).at(-2) ?? 0;
  for (const bytes of [second.slice(0, -1), Uint8Array.from([...second, 0, 0, 0])]) {
    const disk = memoryDisk({ ...withoutPromise, [SECOND]: bytes });
    const storage = openStorage(disk);
    const isWhole = bytes.length > second.length;
    expect(contentOf(storage)).toEqual(contentsAfter(BATCHES)[isWhole ? 4 : 3]);
    expect(storage.recovered.tornBytes).toBe(isWhole ? 3 : second.length - 1 - at);
    storage.storage.close();
    expect(disk.read(SECOND).length).toBe(isWhole ? second.length : at);
  }
});

test("has no zeros at the end of a segment that is not the last: those are damage", () => {
  const { content, damage } = opened({
    ...files,
    [FIRST]: Uint8Array.from([...first, ...new Uint8Array(600)]),
  });
  expect(content).toEqual(contentsAfter(BATCHES).at(-1));
  expect(damage).toContain(
    `${FIRST}, byte ${first.length}: bad bytes, followed by another segment`,
  );
});

test("that is damaged keeps what is certain, and is written again in format 4", () => {
  const [, at = 0] = offsets(first);
  const { content, salvage, files: left } = opened({ ...files, [FIRST]: flipped(first, at + 40) });
  expect([content.entries, content.horizon]).toEqual([["1@1 noop", '2@1 "a"'], position(5, 2)]);
  expect(salvage).toEqual([
    {
      pieces: [
        ["1@1 noop", '2@1 "a"'],
        ["4@2 noop", "5@2 noop"],
      ],
      marks: ["3@1", "5@2"],
    },
  ]);
  expect([Object.keys(left).filter((name) => name.endsWith(".wal")), formats(left)]).toEqual([
    [THIRD],
    [4],
  ]);
});
