/** What a node continues with when its snapshots are damaged. */
import { LOG_START, term } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { openStorage } from "../../../../packages/actors/src/storage/recovery/open-storage.ts";
import { createWal } from "../../../../packages/actors/src/storage/wal/open-wal.ts";
import { segmentName } from "../../../../packages/actors/src/storage/wal/wal-format.ts";
import {
  flipped,
  offsets,
  opened,
  without,
  type Files,
  type Opened,
} from "../../support/storage/damage.ts";
import { filesOf, memoryDisk } from "../../support/storage/disks.ts";
import {
  append,
  command,
  compact,
  contentsAfter,
  hardState,
  install,
  noop,
  partsAt,
  position,
  type Batch,
} from "../../support/storage/model.ts";
import { diskWith, writeAll } from "../../support/storage/writing.ts";

const BATCHES: readonly Batch[] = [
  [hardState(1, "n1"), append(noop(1, 1), command(2, 1, "a"))],
  [append(command(3, 1, "b"))],
  [hardState(2, "n2"), append(noop(4, 2))],
];
const TAKEN = [...BATCHES, [compact(2, 1)], [append(noop(5, 2))]];
const [FIRST, SECOND] = [segmentName(1), segmentName(2)] as const;
const NONE = new Uint8Array();
const HARD = { term: term(2), votedFor: "n2" };

/** Damages the only part of a snapshot that is not empty and large, near its end. */
function bad(files: Files, name: string): Files {
  const bytes = Buffer.from(files[name] ?? []);
  return { ...files, [name]: flipped(files[name], bytes.indexOf("the state at ") + 1) };
}

/** What is found on a disk, with the names of the files that are left there. */
function foundOn(files: Files): unknown {
  const found = opened(files);
  return { ...found, files: Object.keys(found.files) };
}

/** The files of a log whose compacted entries are gone, one batch a segment. */
function compacted(batches: readonly Batch[]): Files {
  const disk = memoryDisk();
  createWal(disk);
  const written = openStorage(disk, { segmentBytes: 1 });
  writeAll(written, batches);
  for (let turn = 0; turn < 9; turn += 1) written.storage.sync();
  written.storage.close();
  return filesOf(disk);
}

/** As `opened`, with the damaged snapshots that it knows. */
function withSnapshots(files: Files): Opened & { readonly snapshots: readonly string[] } {
  const { storage, recovered } = openStorage(memoryDisk(files));
  storage.close();
  const known = recovered.salvage?.snapshots ?? [];
  return { ...opened(files), snapshots: known.map(({ index, term: of }) => `${index}-${of}`) };
}

/** The message about the part of a snapshot that `bad` damages. */
function badPart(files: Files, name: string): string {
  const at = Buffer.from(files[name] ?? []).indexOf("the state at ") - 8;
  return `the snapshot is damaged: memory:${name}, byte ${at}: a part is bad`;
}

describe("a damaged snapshot", () => {
  test("does no harm when an older one is intact and the log reaches back to it", () => {
    const files = filesOf(diskWith([...TAKEN, [compact(4, 2, 0)]]));
    expect(foundOn(bad(files, "4-2.snapshot"))).toEqual({
      content: contentsAfter(TAKEN).at(-1),
      salvage: [],
      damage: `${badPart(files, "4-2.snapshot")}; kept as 4-2.snapshot.damaged-1`,
      files: [FIRST, "2-1.snapshot", "4-2.snapshot.damaged-1", "promise"],
    });
  });

  test("costs nothing when compacted entries are still there", () => {
    const files = filesOf(diskWith([...TAKEN, [compact(4, 2)]]));
    expect(foundOn(bad(files, "4-2.snapshot"))).toEqual({
      content: {
        hard: HARD,
        base: position(2, 1),
        entries: ['3@1 "b"', "4@2 noop", "5@2 noop"],
        horizon: undefined,
        snapshot: partsAt(position(2, 1)),
      },
      salvage: [],
      damage:
        `${badPart(files, "4-2.snapshot")}; no snapshot holds the entries up to 4; ` +
        "kept as 4-2.snapshot.damaged-1 and 1 more",
      files: [
        `${FIRST}.damaged-1`,
        SECOND,
        "2-1.snapshot",
        "4-2.snapshot.damaged-1",
        "promise",
        "promise.damaged-1",
      ],
    });
  });

  test("puts the log after it aside when the older one is further back", () => {
    const files = compacted([...TAKEN, [compact(4, 2)]]);
    const { content, salvage, snapshots } = withSnapshots(bad(files, "4-2.snapshot"));
    expect(content).toEqual({
      hard: HARD,
      base: position(2, 1),
      entries: [],
      horizon: position(5, 2),
      snapshot: partsAt(position(2, 1)),
    });
    expect(salvage).toEqual([{ pieces: [["5@2 noop"]], marks: ["4@2", "5@2"] }]);
    expect(snapshots).toEqual(["4-2"]);
  });

  test("puts the whole log aside when there is no other", () => {
    const files = compacted([...TAKEN, [compact(4, 2)]]);
    const only = without(files, "2-1.snapshot");
    const nothing = { hard: HARD, base: LOG_START, entries: [], snapshot: undefined };
    const salvage = [{ pieces: [["5@2 noop"]], marks: ["4@2", "5@2"] }];
    const horizon = position(5, 2);
    const damaged = withSnapshots(bad(only, "4-2.snapshot"));
    expect(damaged).toMatchObject({
      content: { ...nothing, horizon },
      salvage,
      snapshots: ["4-2"],
    });
    const missing = withSnapshots(without(only, "4-2.snapshot"));
    expect(missing).toMatchObject({
      content: { ...nothing, horizon },
      salvage,
      snapshots: [],
    });
    expect(missing.damage).toMatch(/^no snapshot holds the entries up to 4; kept as /);
  });

  test("costs everything that it covered, if it was received", () => {
    const files = filesOf(diskWith([...BATCHES, [install(9, 2)]]));
    const { content, salvage, snapshots } = withSnapshots(bad(files, "9-2.snapshot"));
    expect(content).toEqual({
      hard: HARD,
      base: LOG_START,
      entries: [],
      horizon: position(9, 2),
      snapshot: undefined,
    });
    expect(salvage).toEqual([{ pieces: [], marks: ["9@2"] }]);
    expect(snapshots).toEqual(["9-2"]);
  });

  test("together with a damaged log: what is intact of both is known", () => {
    const files = compacted([
      ...TAKEN,
      [compact(4, 2)],
      [append(noop(6, 2))],
      [append(noop(7, 2))],
    ]);
    const segment = Object.keys(files).filter((name) => name.endsWith(".wal"))[2] ?? "";
    const { [segment]: log } = files;
    const end = offsets(log, Number.parseInt(segment, 10)).at(-1) ?? 0;
    const twice = { ...bad(files, "4-2.snapshot"), [segment]: flipped(log, end - 1) };
    const { content, salvage, snapshots } = withSnapshots(twice);
    expect(content).toMatchObject({ base: position(2, 1), entries: [], horizon: position(7, 2) });
    expect(salvage).toEqual([
      { pieces: [["5@2 noop"], ["7@2 noop"]], marks: ["4@2", "6@2", "7@2"] },
    ]);
    expect(snapshots).toEqual(["4-2"]);
  });
});

describe("a snapshot that says nothing of itself any more", () => {
  test("is not offered to others", () => {
    const files = filesOf(diskWith([...BATCHES, [install(9, 2)]]));
    const cut = { ...files, "9-2.snapshot": (files["9-2.snapshot"] ?? NONE).slice(0, 100) };
    expect(withSnapshots(cut).snapshots).toEqual([]);
  });
});

test("damaged snapshots are known as long as there is a horizon", () => {
  const files = filesOf(diskWith([...BATCHES, [install(9, 2)]]));
  const disk = memoryDisk(bad(files, "9-2.snapshot"));
  const first = openStorage(disk);
  first.storage.close();
  const again = openStorage(disk);
  expect(again.recovered.salvage?.snapshots).toEqual(first.recovered.salvage?.snapshots);
  again.storage.forgetHorizon();
  writeAll(again, [[hardState(3)]]);
  expect(openStorage(disk).recovered.salvage).toBeUndefined();
});
