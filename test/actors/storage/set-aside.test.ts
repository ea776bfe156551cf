/** Damaged files are set aside whole, under names that are never used again. */
import { describe, expect, test } from "vitest";
import { FileDisk } from "../../../packages/actors/src/storage/disk/file-disk.ts";
import { losePower } from "../../../packages/actors/src/storage/disk/memory-disk.ts";
import { openStorage } from "../../../packages/actors/src/storage/recovery/open-storage.ts";
import { setAsideOn } from "../../../packages/actors/src/storage/disk/set-aside.ts";
import { createWal } from "../../../packages/actors/src/storage/wal/open-wal.ts";
import { segmentName } from "../../../packages/actors/src/storage/wal/wal-format.ts";
import { asideOf, flipped, opened, textOfLog, type Files } from "../support/storage/damage.ts";
import {
  CuttingDisk,
  filesOf,
  memoryDisk,
  mortalCalls,
  PowerLoss,
  temporaryFolder,
} from "../support/storage/disks.ts";
import {
  append,
  command,
  compact,
  hardState,
  noop,
  position,
  type Batch,
} from "../support/storage/model.ts";
import { contentOf, diskWith, write, writeAll } from "../support/storage/writing.ts";

const BATCHES: readonly Batch[] = [
  [hardState(1, "n1"), append(noop(1, 1), command(2, 1, "a"))],
  [append(command(3, 1, "b"))],
  [hardState(2, "n2"), append(noop(4, 2))],
];
const SMALL = { segmentBytes: 1 };
const [FIRST, SECOND, THIRD, FOURTH, FIFTH] = [1, 2, 3, 4, 5].map(segmentName) as [
  string,
  string,
  string,
  string,
  string,
];

const many = filesOf(diskWith(BATCHES, SMALL));
const damaged = { ...many, [SECOND]: flipped(many[SECOND], 100) };

function isAside(name: string): boolean {
  return name.includes(".damaged-");
}

function onlyAside(files: Files): Files {
  return Object.fromEntries(Object.entries(files).filter(([name]) => isAside(name)));
}

describe("what is set aside", () => {
  test("is all segments of a damaged log and its promise file, byte for byte", () => {
    const { files } = opened(damaged);
    expect(onlyAside(files)).toEqual(asideOf(damaged));
    expect(Object.keys(files).filter((name) => !isAside(name))).toEqual([FOURTH, "promise"]);
  });

  test("stays as it is when the log is damaged again: each time has a number", () => {
    const first = opened(damaged).files;
    const again = { ...first, [FOURTH]: flipped(first[FOURTH], 100) };
    const { files, damage } = opened(again);
    const { [FOURTH]: fourth = new Uint8Array(), promise = new Uint8Array() } = again;
    expect(onlyAside(files)).toEqual({
      ...asideOf(damaged),
      ...asideOf({ [FOURTH]: fourth, promise }, 2),
    });
    expect(damage).toContain(`; kept as ${FOURTH}.damaged-2`);
    expect(setAsideOn(memoryDisk(files)).map(({ name, number }) => [name, number])).toEqual([
      [`${FIRST}.damaged-1`, 1],
      [`${SECOND}.damaged-1`, 1],
      [`${THIRD}.damaged-1`, 1],
      ["promise.damaged-1", 1],
      [`${FOURTH}.damaged-2`, 2],
      ["promise.damaged-2", 2],
    ]);
  });

  test("is durable, also a last write that was not: the horizon counts it", () => {
    const disk = memoryDisk();
    createWal(disk);
    const before = openStorage(disk);
    writeAll(before, BATCHES);
    write(before, [append(noop(5, 2))]);
    before.storage.flush();
    const file = disk.open(FIRST);
    file.overwrite(100, flipped(disk.readRange(FIRST, 100, 1), 0));
    file.close();
    const found = (): unknown => {
      const { storage, recovered } = openStorage(disk);
      storage.close();
      return [recovered.horizon?.index, (recovered.salvage?.logs ?? []).map(textOfLog)];
    };
    const first = found();
    expect(first).toEqual([
      5,
      [{ pieces: [['3@1 "b"', "4@2 noop", "5@2 noop"]], marks: ["2@1", "5@2"] }],
    ]);
    losePower(disk.files(), () => 0);
    expect(found()).toEqual(first);
  });

  test("gets a number that was never used, also if others are gone", () => {
    const { files } = opened({ ...damaged, "9-9.snapshot.damaged-7": new Uint8Array(3) });
    expect(Object.keys(onlyAside(files)).sort()).toEqual(
      [...Object.keys(asideOf(damaged, 8)), "9-9.snapshot.damaged-7"].sort(),
    );
  });

  test("is a damaged snapshot too", () => {
    const batches = [...BATCHES, [compact(2, 1)], [append(noop(5, 2))], [compact(4, 2, 0)]];
    const files = filesOf(diskWith(batches));
    const bad = { ...files, "4-2.snapshot": flipped(files["4-2.snapshot"], 50) };
    const found = opened(bad);
    const { "4-2.snapshot": snapshot } = bad;
    expect(onlyAside(found.files)).toEqual(asideOf({ "4-2.snapshot": snapshot }));
    expect(found.damage).toContain("; kept as 4-2.snapshot.damaged-1");
  });

  test("with a snapshot that the log needs, is both under one number", () => {
    const files = filesOf(diskWith([...BATCHES, [compact(4, 2)], [append(noop(5, 2))]]));
    const bad = { ...files, "4-2.snapshot": flipped(files["4-2.snapshot"], 50) };
    expect(onlyAside(opened(bad).files)).toEqual(asideOf(bad));
  });

  test("survives compaction, and the removal of old snapshots", () => {
    const disk = memoryDisk(damaged);
    const storage = openStorage(disk, SMALL);
    storage.storage.forgetHorizon();
    const more = [3, 4, 5, 6].flatMap((at): Batch[] => [
      [append(noop(at, 2))],
      [compact(at, 2)],
      [],
    ]);
    writeAll(storage, more);
    const files = filesOf(disk);
    expect(onlyAside(files)).toEqual(asideOf(damaged));
    expect(Object.keys(files)).not.toContain(FIFTH);
  });
});

/** Opens a disk, which may lose power. */
function attempt(open: () => ReturnType<typeof openStorage>): boolean {
  try {
    open().storage.close();
    return true;
  } catch (cause) {
    if (!(cause instanceof PowerLoss)) throw cause;
    return false;
  }
}

const cut = (many["promise"] ?? new Uint8Array()).slice(0, 100);

const compacted = filesOf(diskWith([...BATCHES, [compact(4, 2)], [append(noop(5, 2))]], SMALL));

describe("a crash anywhere in the recovery is completed by the next start, with the same number", () => {
  test.each<[string, Files, Files?]>([
    ["of a damaged log", damaged],
    ["of a damaged promise file", { ...many, promise: cut }, { promise: cut }],
    ["of a damaged log with a damaged promise file", { ...damaged, promise: cut }],
    [
      "of a log whose snapshot is damaged",
      {
        ...compacted,
        "4-2.snapshot": flipped(compacted["4-2.snapshot"], 50),
      },
    ],
    [
      "of both",
      {
        ...compacted,
        [FIFTH]: flipped(compacted[FIFTH], 100),
        "4-2.snapshot": flipped(compacted["4-2.snapshot"], 50),
      },
    ],
  ])("%s", (_title, files, kept = files) => {
    const whole = opened(files);
    const aside = asideOf(kept);
    for (let budget = 0, isOver = false; !isOver; budget += 1) {
      const disk = memoryDisk(files);
      isOver = attempt(() => openStorage(new CuttingDisk(disk, budget)));
      losePower(disk.files(), () => 0);
      // The first time it is interrupted again, at each operation.
      for (let more = 0; more < 4; more += 1) {
        attempt(() => openStorage(new CuttingDisk(disk, more)));
        losePower(disk.files(), () => 0);
      }
      const found = openStorage(disk);
      expect(contentOf(found)).toEqual(whole.content);
      expect((found.recovered.salvage?.logs ?? []).map(textOfLog)).toEqual(whole.salvage);
      expect(onlyAside(filesOf(disk))).toEqual(aside);
      expect(Object.keys(filesOf(disk))).toEqual(Object.keys(whole.files));
      found.storage.close();
    }
  });

  test("also when the process is killed at any system call", () => {
    const whole = opened(damaged);
    for (let budget = 0, isOver = false; !isOver; budget += 1) {
      const folder = temporaryFolder();
      const written = new FileDisk(folder, mortalCalls(Infinity));
      for (const [name, bytes] of Object.entries(damaged)) written.create(name, bytes);
      isOver = attempt(() => openStorage(new FileDisk(folder, mortalCalls(budget))));
      const found = openStorage(written);
      expect(contentOf(found)).toEqual(whole.content);
      found.storage.close();
      expect(onlyAside(bytesOf(written))).toEqual(asideOf(damaged));
    }
  });
});

/** Files as plain arrays, for comparing. */
function bytesOf(disk: FileDisk): Files {
  return Object.fromEntries(
    Object.entries(filesOf(disk)).map(([name, bytes]) => [name, Uint8Array.from(bytes)]),
  );
}

test("no files are set aside when nothing is damaged", () => {
  const torn = { ...many, [THIRD]: many[THIRD] ?? new Uint8Array() };
  expect(Object.keys(opened(torn).files)).toEqual(Object.keys(many));
});

test("the position after a salvaged log is known after a restart too", () => {
  const first = opened(damaged);
  const again = opened(first.files);
  expect(again.content.horizon).toEqual(position(4, 2));
  expect(again.salvage).toEqual(first.salvage);
});
