/** Snapshots as files: taken, sent, received, damaged, and interrupted by power losses (§7, dissertation chapter 5). */
import { AssertionError, nodeId, type LogPosition, type Snapshot } from "@kontiki/core";
import * as fc from "fast-check";
import { crc32 } from "node:zlib";
import { describe, expect, test } from "vitest";
import { losePower } from "../../../../packages/actors/src/storage/disk/memory-disk.ts";
import {
  openStorage,
  type OpenedStorage,
} from "../../../../packages/actors/src/storage/recovery/open-storage.ts";
import { createWal } from "../../../../packages/actors/src/storage/wal/open-wal.ts";
import {
  findSnapshots,
  partsOf,
} from "../../../../packages/actors/src/storage/snapshot/snapshot-reader.ts";
import {
  DamagedSnapshotError,
  type SnapshotStore,
} from "../../../../packages/actors/src/storage/snapshot-store.ts";
import { NewerLogError } from "../../../../packages/actors/src/storage/wal/log-errors.ts";
import {
  CuttingDisk,
  filesOf,
  frozenDisk,
  memoryDisk,
  PowerLoss,
} from "../../support/storage/disks.ts";
import { append, MEMBERS, noop, partsAt, position } from "../../support/storage/model.ts";
import { snapshotFile, takeSnapshot, writeAll } from "../../support/storage/writing.ts";

const AT = position(3, 1);
const FILE = "3-1.snapshot";
const WHERE = /^the snapshot is damaged: 3-1.snapshot, byte [0-9]+: /;

/** A node's storage with a log of some entries. */
function fresh(disk = memoryDisk()): OpenedStorage {
  createWal(disk);
  const opened = openStorage(disk);
  writeAll(opened, [[append(...Array.from({ length: 9 }, (_, at) => noop(at + 1, 1)))]]);
  return opened;
}

function textsOf(snapshots: SnapshotStore, snapshot: Snapshot): string[] {
  return [...snapshots.parts(snapshot)].map((part) => new TextDecoder().decode(part));
}

/** The file of a snapshot, read in steps. */
function fileOf(snapshots: SnapshotStore, snapshot: Snapshot, step = 1000): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (let offset = 0; offset < snapshot.size; offset += step)
    pieces.push(snapshots.read(snapshot, offset, step) ?? new Uint8Array());
  return Buffer.concat(pieces);
}

/** Gives a store a snapshot in steps, from memory that is reused. Returns the result of each. */
function send(to: SnapshotStore, snapshot: Snapshot, bytes: Uint8Array, step: number): string[] {
  const answers: string[] = [];
  for (let offset = 0; offset < bytes.length; offset += step) {
    const part = bytes.slice(offset, offset + step);
    answers.push(to.receive(snapshot, offset, part));
    part.fill(0);
  }
  return answers;
}

/** Takes a snapshot of these parts, and reads them back after a start. */
function readsBack(parts: readonly Uint8Array[]): void {
  const disk = memoryDisk();
  const writer = fresh(disk).snapshots.begin(AT, MEMBERS);
  for (const part of parts) writer.write(part);
  const snapshot = writer.finish();
  const found = openStorage(disk);
  expect(found.recovered.snapshot).toEqual(snapshot);
  expect([...found.snapshots.parts(snapshot)].map(summary)).toEqual(parts.map(summary));
}

/** Short enough to compare. */
function summary(part: Uint8Array): readonly number[] {
  return [part.length, crc32(part)];
}

describe("a snapshot that this node takes", () => {
  test("is visible when it is finished, and not before", () => {
    const disk = memoryDisk();
    const { snapshots } = fresh(disk);
    const writer = snapshots.begin(AT, MEMBERS);
    for (const part of partsAt(AT)) writer.write(Buffer.from(part));
    expect([snapshots.newest, disk.list()]).toEqual([undefined, ["0000000001.wal", "promise"]]);
    const snapshot = writer.finish();
    const bytes = disk.read(FILE);
    expect(snapshot).toEqual({
      ...AT,
      membership: MEMBERS,
      size: bytes.length,
      checksum: crc32(bytes),
    });
    expect(snapshots.newest).toEqual(snapshot);
    expect(textsOf(snapshots, snapshot)).toEqual(partsAt(AT));
    expect(openStorage(disk).recovered.snapshot).toEqual(snapshot);
  });

  test("may have no parts at all, and empty ones", () => {
    const parts = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 5 });
    fc.assert(fc.property(parts, readsBack), { numRuns: 50 });
  });

  test("may have parts of any size", () => {
    readsBack([3_000_000, 1, 65_536].map((size) => new Uint8Array(size).fill(size)));
  });

  test("is deleted when another is begun", () => {
    const { snapshots } = fresh();
    const first = snapshots.begin(AT, MEMBERS);
    const second = snapshots.begin(position(4, 1), MEMBERS);
    expect(() => first.write(new Uint8Array(1))).toThrow(
      new AssertionError("a finished or deleted snapshot is not written to"),
    );
    first.abandon();
    expect(second.finish().index).toBe(4);
    expect(() => second.write(new Uint8Array(1))).toThrow(AssertionError);
    second.abandon();
    expect(snapshots.newest?.index).toBe(4);
  });

  test("leaves nothing when it is abandoned", () => {
    const disk = memoryDisk();
    const { snapshots } = fresh(disk);
    snapshots.begin(AT, MEMBERS).abandon();
    expect([snapshots.newest, disk.list()]).toEqual([undefined, ["0000000001.wal", "promise"]]);
  });

  test("is not the newest if a newer one arrived meanwhile", () => {
    const { snapshots } = fresh();
    const writer = snapshots.begin(AT, MEMBERS);
    const { snapshot, bytes } = snapshotFile(position(7, 1));
    expect(send(snapshots, snapshot, bytes, 1e6)).toEqual(["whole"]);
    writer.finish();
    expect(snapshots.newest).toEqual(snapshot);
  });
});

describe("old snapshots are removed, except the newest and the one before it", () => {
  test("by their index, not by the order of their names", () => {
    const disk = memoryDisk();
    const opened = fresh(disk);
    const kept = [8, 9, 10, 11].map((at) => takeSnapshot(opened, position(at, 1)));
    const { snapshots } = opened;
    expect(disk.list().length).toBe(6);
    snapshots.removeOld();
    expect(disk.list()).toEqual(["0000000001.wal", "10-1.snapshot", "11-1.snapshot", "promise"]);
    expect(kept.map((one) => snapshots.read(one, 0, 4)?.length)).toEqual([
      undefined,
      undefined,
      4,
      4,
    ]);
  });

  test("also those that were there at the start", () => {
    const disk = memoryDisk();
    const opened = fresh(disk);
    for (const at of [2, 3, 4]) takeSnapshot(opened, position(at, 1));
    const again = openStorage(disk);
    takeSnapshot(again, position(5, 1));
    again.snapshots.removeOld();
    expect(disk.list()).toEqual(["0000000001.wal", "4-1.snapshot", "5-1.snapshot", "promise"]);
  });
});

describe("a snapshot that is received", () => {
  const { snapshot, bytes } = snapshotFile(AT);

  test("is complete when the last chunk has arrived, in chunks of any size", () => {
    for (const step of [1, 2, 3, 7, 8, 9, 16, 31, 32, 33, 100, bytes.length - 1, bytes.length]) {
      const disk = memoryDisk();
      const { snapshots } = fresh(disk);
      const count = Math.ceil(bytes.length / step);
      const answers = Array.from({ length: count }, (_, at) => (at < count - 1 ? "more" : "whole"));
      expect(send(snapshots, snapshot, bytes, step)).toEqual(answers);
      expect([snapshots.newest, fileOf(snapshots, snapshot)]).toEqual([
        snapshot,
        Buffer.from(bytes),
      ]);
    }
  });

  test("is not visible before it is complete, and not after a start", () => {
    const disk = memoryDisk();
    const { snapshots } = fresh(disk);
    expect(snapshots.receive(snapshot, 0, bytes.subarray(0, 50))).toBe("more");
    expect([snapshots.newest, disk.list()]).toEqual([undefined, ["0000000001.wal", "promise"]]);
    const again = openStorage(disk).snapshots;
    expect(again.receive(snapshot, 50, bytes.subarray(50))).toBe("broken");
  });

  test("starts again at offset 0", () => {
    const { snapshots } = fresh();
    const other = snapshotFile(position(5, 1));
    send(snapshots, other.snapshot, other.bytes.subarray(0, 100), 10);
    send(snapshots, snapshot, bytes.subarray(0, 100), 10);
    expect(send(snapshots, snapshot, bytes, 100).at(-1)).toBe("whole");
    expect(snapshots.newest).toEqual(snapshot);
  });

  test("is broken when a chunk is left out, arrives twice, or belongs to another snapshot", () => {
    const { snapshots } = fresh();
    const other = snapshotFile(position(5, 1)).snapshot;
    const [first, second] = [bytes.subarray(0, 50), bytes.subarray(50, 60)];
    for (const [of, offset] of [
      [snapshot, 60],
      [snapshot, 0.5],
      [other, 50],
    ] as const) {
      expect(snapshots.receive(snapshot, 0, first)).toBe("more");
      expect(snapshots.receive(of, offset, second)).toBe("broken");
      expect(snapshots.receive(snapshot, 50, second)).toBe("broken");
    }
    expect(snapshots.newest).toBeUndefined();
  });

  test("is broken by any flipped bit, and nothing of it stays", () => {
    const disk = memoryDisk();
    const { snapshots } = fresh(disk);
    for (let at = 0; at < bytes.length; at += 1) {
      const bad = bytes.map((byte, offset) => (offset === at ? byte ^ (1 << (at % 8)) : byte));
      expect(send(snapshots, snapshot, bad, 100)).toContain("broken");
    }
    expect([snapshots.newest, disk.list()]).toEqual([undefined, ["0000000001.wal", "promise"]]);
    expect(send(snapshots, snapshot, bytes, 100).at(-1)).toBe("whole");
  });

  test.each<[string, Partial<Snapshot>]>([
    ["another index", position(4, 1)],
    ["another term", position(3, 2)],
    ["another size", { size: bytes.length - 1 }],
    ["another checksum", { checksum: snapshot.checksum ^ 1 }],
    ["another membership", { membership: { ...MEMBERS, lastUid: 8 } }],
  ])("is broken when its sender announced %s", (_title, said) => {
    const { snapshots } = fresh();
    expect(send(snapshots, { ...snapshot, ...said }, bytes, 1e6)).toEqual(["broken"]);
    expect(snapshots.newest).toBeUndefined();
  });

  test("is broken when it is longer or shorter than announced, whatever its checksum", () => {
    for (const wrong of [Buffer.concat([bytes, Buffer.alloc(1)]), bytes.subarray(0, -1)]) {
      const { snapshots } = fresh();
      const said = { ...snapshot, size: wrong.length, checksum: crc32(wrong) };
      expect(send(snapshots, said, wrong, 70).at(-1)).toBe("broken");
    }
  });

  test("replaces one of this node's own, whose bytes differ", () => {
    const { snapshots } = fresh();
    const writer = snapshots.begin(AT, MEMBERS);
    const own = writer.finish();
    expect(send(snapshots, snapshot, bytes, 100).at(-1)).toBe("whole");
    expect(snapshots.read(own, 0, 10)).toBeUndefined();
    expect(textsOf(snapshots, snapshot)).toEqual(partsAt(AT));
    expect(() => snapshots.parts(own)).toThrow(new AssertionError("the snapshot is kept"));
  });

  test("does not disturb one of this node's own that is being written, nor the reverse", () => {
    const { snapshots } = fresh();
    const writer = snapshots.begin(AT, MEMBERS);
    writer.write(Buffer.from("mine"));
    send(snapshots, snapshot, bytes.subarray(0, 100), 100);
    const own = writer.finish();
    expect(textsOf(snapshots, own)).toEqual(["mine"]);
    expect(snapshots.receive(snapshot, 100, bytes.subarray(100))).toBe("whole");
  });
});

describe("a damaged snapshot on disk", () => {
  const disk = memoryDisk();
  const opened = fresh(disk);
  const snapshot = takeSnapshot(opened, AT);
  const files = filesOf(disk);
  const bytes = files[FILE] ?? new Uint8Array();
  const headerBytes = Buffer.from(bytes).indexOf('"lastUid":7}') + 12;

  /** Where the damage is: as found at the start, and by a reader of the parts. */
  function found(bad: Uint8Array): [string | undefined, unknown] {
    const one = frozenDisk({ [FILE]: bad });
    const { damaged } = findSnapshots(one);
    try {
      // The reader opened it while it was still intact.
      for (const part of partsOf(one, snapshot)) expect(part.length).toBeLessThan(bytes.length);
    } catch (cause) {
      return [
        damaged[0]?.error.message,
        cause instanceof DamagedSnapshotError ? cause.message : cause,
      ];
    }
    return [damaged[0]?.error.message, undefined];
  }

  test("is found at the start, and by a reader of its parts, for any flipped bit", () => {
    for (let at = 0; at < bytes.length; at += 1) {
      const [damage, read] = found(
        bytes.map((byte, to) => (to === at ? byte ^ (1 << (at % 8)) : byte)),
      );
      expect(damage).toMatch(WHERE);
      // The parts are read without the membership.
      if (at >= headerBytes) expect(read).toMatch(WHERE);
    }
  });

  test("or when it is cut off anywhere", () => {
    for (let cut = 0; cut < bytes.length; cut += 1) {
      const [damage, read] = found(bytes.slice(0, cut));
      expect(damage).toMatch(WHERE);
      expect(read).toMatch(WHERE);
    }
  });

  test("or when it has bytes after its end, or another's name", () => {
    const longer = memoryDisk({ ...files, [FILE]: Buffer.concat([bytes, Buffer.alloc(3)]) });
    expect(openStorage(longer).recovered.damage).toBe(
      `the snapshot is damaged: memory:3-1.snapshot, byte ${bytes.length}: there are bytes after the end; ` +
        "kept as 3-1.snapshot.damaged-1",
    );
    const named = openStorage(memoryDisk({ ...files, "4-1.snapshot": bytes }));
    expect(named.recovered).toMatchObject({
      snapshot,
      damage:
        "the snapshot is damaged: memory:4-1.snapshot, byte 0: the header belongs to 3-1.snapshot; " +
        "kept as 4-1.snapshot.damaged-1",
    });
  });

  test("is distinguished from one that a later version wrote", () => {
    const later = Buffer.from(bytes);
    later.writeUInt32LE(3, 8);
    later.writeUInt32LE(crc32(later.subarray(8, headerBytes)), 4);
    const left = { ...files, [FILE]: later };
    const newer = memoryDisk(left);
    expect(() => openStorage(newer)).toThrow(new NewerLogError(`memory:${FILE}`, 3, 2));
    expect(filesOf(newer)).toEqual(
      Object.fromEntries(Object.entries(left).map(([name, file]) => [name, Uint8Array.from(file)])),
    );
  });
});

/** Runs until the power fails. */
function untilPowerFails(act: () => void): void {
  try {
    act();
  } catch (cause) {
    if (!(cause instanceof PowerLoss)) throw cause;
  }
}

describe("power fails at every disk operation", () => {
  const [older, newer] = [position(2, 1), position(6, 1)];
  const received = snapshotFile(newer);

  /** Does something with a store that has one snapshot, and returns the newest one found after each power loss. */
  function newestAfter(
    act: (snapshots: SnapshotStore, opened: OpenedStorage) => void,
  ): LogPosition[] {
    const seen: LogPosition[] = [];
    for (let budget = 0; budget < 45; budget += 1) {
      const disk = memoryDisk();
      takeSnapshot(fresh(disk), older);
      untilPowerFails(() => {
        const opened = openStorage(new CuttingDisk(disk, budget));
        act(opened.snapshots, opened);
      });
      losePower(disk.files(), () => 0);
      const { recovered, snapshots } = openStorage(disk);
      const { snapshot, damage } = recovered;
      expect(damage).toBeUndefined();
      const { index, term } = snapshot ?? position(0, 0);
      if (snapshot !== undefined)
        expect(textsOf(snapshots, snapshot)).toEqual(partsAt({ index, term }));
      seen.push({ index, term });
    }
    return seen.filter((one, at) => one.index !== seen[at - 1]?.index);
  }

  test("of taking one: the snapshot is complete or absent", () => {
    expect(newestAfter((_snapshots, opened) => takeSnapshot(opened, newer))).toEqual([
      older,
      newer,
    ]);
  });

  test("of receiving one", () => {
    expect(
      newestAfter((snapshots) => send(snapshots, received.snapshot, received.bytes, 100)),
    ).toEqual([older, newer]);
  });

  test("of removing old ones: the newest is never lost", () => {
    expect(
      newestAfter((snapshots, opened) => {
        for (const at of [3, 4, 5]) takeSnapshot(opened, position(at, 1));
        snapshots.removeOld();
      }),
    ).toEqual([older, position(3, 1), position(4, 1), position(5, 1)]);
  });
});

test("files with other names are left alone", () => {
  const names = ["03-1.snapshot", "3-1.snapshot.old", "3.snapshot", "99999999999999999-1.snapshot"];
  const disk = memoryDisk(Object.fromEntries(names.map((name) => [name, new Uint8Array(3)])));
  const opened = fresh(disk);
  for (const at of [2, 3, 4]) takeSnapshot(opened, position(at, 1));
  const again = openStorage(disk);
  expect(again.recovered).toMatchObject({ damage: undefined, snapshot: { index: 4 } });
  again.snapshots.removeOld();
  expect(disk.list()).toEqual(
    ["0000000001.wal", "3-1.snapshot", "4-1.snapshot", "promise", ...names].sort(),
  );
});

test("the membership of a snapshot is read back unchanged, also a promotion that replaces no voter", () => {
  const membership = { ...MEMBERS, promotions: [{ node: nodeId("n3"), replaces: undefined }] };
  const disk = memoryDisk();
  const snapshot = fresh(disk).snapshots.begin(AT, membership).finish();
  expect(snapshot.membership).toEqual(membership);
  expect(openStorage(disk).recovered.snapshot).toEqual(snapshot);
});
