/** Disk errors (pitfall 24): each system call fails once, the storage is opened again, and nothing promised is lost. */
import { expect, test } from "vitest";
import { DiskError } from "../../../../packages/actors/src/storage/disk/disk.ts";
import { FileDisk } from "../../../../packages/actors/src/storage/disk/file-disk.ts";
import {
  openStorage,
  type OpenedStorage,
} from "../../../../packages/actors/src/storage/recovery/open-storage.ts";
import { createWal, hasWal } from "../../../../packages/actors/src/storage/wal/open-wal.ts";
import { FakeSystem } from "../../support/fake-system.ts";
import { filesOf } from "../../support/storage/disks.ts";
import {
  append,
  command,
  compact,
  contentsAfter,
  contentWithin,
  EMPTY,
  hardState,
  install,
  MEMBERS,
  noop,
  position,
  truncate,
  type Batch,
  type Content,
} from "../../support/storage/model.ts";
import { contentOf, writeAll } from "../../support/storage/writing.ts";

const BATCHES: readonly Batch[] = [
  [hardState(1, "n1"), append(noop(1, 1))],
  [append(command(2, 1, "a"), command(3, 1, "b"))],
  [truncate(2), hardState(2), append(command(3, 2, "c"))],
  [compact(3, 2, 2)],
  [append(noop(4, 2)), compact(4, 2, 0)],
  [append(noop(5, 2)), compact(5, 2)],
  [append(noop(6, 2))],
  [install(9, 2), append(noop(10, 2))],
  [hardState(3, "n2"), append(noop(11, 3))],
];
const CONTENTS = contentsAfter(BATCHES);
const LAST = CONTENTS.at(-1) ?? EMPTY;
const OPTIONS = { segmentBytes: 400 };

/** Opens a disk with a log on it. */
function open(disk: FileDisk): OpenedStorage {
  if (!hasWal(disk)) createWal(disk);
  return openStorage(disk, OPTIONS);
}

/** Does something, and repeats it if a disk error stops it. */
function tried<T>(act: () => T): T {
  try {
    return act();
  } catch (cause) {
    if (!(cause instanceof DiskError)) throw cause;
    return act();
  }
}

function closed({ storage }: OpenedStorage): void {
  try {
    storage.close();
  } catch (cause) {
    if (!(cause instanceof DiskError)) throw cause;
  }
}

/** What a failed batch may have left: nothing, all of it, or its snapshot. */
function possible(done: number): Content[] {
  const before = CONTENTS[done] ?? EMPTY;
  return [before, CONTENTS[done + 1] ?? before, contentWithin(before, BATCHES[done] ?? [])];
}

/**
 * Runs a node on a system in which one call fails. Returns which batches were synced, and what the next start found.
 */
function live(disk: FileDisk): { readonly done: number; readonly found: Content } {
  let opened = tried(() => open(disk));
  for (const [done, batch] of BATCHES.entries()) {
    try {
      writeAll(opened, [batch]);
    } catch (cause) {
      if (!(cause instanceof DiskError)) throw cause;
      closed(opened);
      opened = open(disk);
      const found = contentOf(opened);
      closed(opened);
      return { done, found };
    }
  }
  closed(opened);
  return { done: BATCHES.length, found: LAST };
}

test("whichever call fails, synced writes are there after the next start and a power loss", () => {
  const failed = new Set<string>();
  for (let at = 1, isOver = false; !isOver; at += 1) {
    const system = new FakeSystem();
    system.failing = { at, code: at % 2 === 0 ? "EIO" : "ENOSPC" };
    const disk = new FileDisk("/disk", system.calls);
    const { done, found } = live(disk);
    expect(possible(done)).toContainEqual(found);
    expect([system.failed, system.open]).toEqual([system.failed, 0]);
    system.failing = undefined;
    system.losePower();
    // What the second start found is durable: after it, exactly that is found.
    expect(contentOf(open(disk))).toEqual(found);
    if (system.failed !== undefined) failed.add(system.failed);
    isOver = system.failed === undefined;
  }
  expect([...failed].sort()).toEqual([
    "closeSync",
    "fdatasyncSync",
    "fstatSync",
    "fsyncSync",
    "ftruncateSync",
    "openSync",
    "readFileSync",
    "readSync",
    "readdirSync",
    "renameSync",
    "unlinkSync",
    "writeSync",
  ]);
}, 60_000);

test("whichever call fails while a log is repaired, it is repaired at the next start", () => {
  const lived = new FileDisk("/disk", new FakeSystem().calls);
  writeAll(open(lived), BATCHES.slice(0, 3));
  const files = filesOf(lived);
  const { "0000000001.wal": first = new Uint8Array() } = files;
  first[100] = (first[100] ?? 0) ^ 1;
  let expected: Content | undefined;
  for (let at = 0, isOver = false; !isOver; at += 1) {
    const system = new FakeSystem();
    const disk = new FileDisk("/disk", system.calls);
    for (const [name, content] of Object.entries(files)) disk.create(name, content);
    // The first time nothing fails.
    system.failing = { at: at === 0 ? 0 : system.count + at, code: "EIO" };
    closed(tried(() => open(disk)));
    isOver = at > 0 && system.failed === undefined;
    system.failing = undefined;
    system.losePower();
    const found = contentOf(open(disk));
    expected ??= found;
    expect(found).toEqual(expected);
  }
  expect(expected).toEqual({ ...CONTENTS[3], entries: [], horizon: position(3, 2) });
}, 60_000);

test("a snapshot that was never finished leaves no open descriptor and no file", () => {
  const system = new FakeSystem();
  const disk = new FileDisk("/disk", system.calls);
  const { storage, snapshots } = open(disk);
  snapshots.begin(position(1, 1), MEMBERS).write(new Uint8Array(10));
  // The log, its promise file, and the snapshot.
  expect(system.open).toBe(3);
  storage.close();
  openStorage(disk).storage.close();
  expect([system.open, disk.list()]).toEqual([0, ["0000000001.wal", "promise"]]);
});
