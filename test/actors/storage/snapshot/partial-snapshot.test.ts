/** A damaged snapshot still says what it is, and gives all of its bytes but those of damaged parts. */
import * as fc from "fast-check";
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { describe, expect, test } from "vitest";
import {
  openStorage,
  type OpenedStorage,
} from "../../../../packages/actors/src/storage/recovery/open-storage.ts";
import { PartialSnapshot } from "../../../../packages/actors/src/storage/snapshot/partial-snapshot.ts";
import { createWal } from "../../../../packages/actors/src/storage/wal/open-wal.ts";
import { flipped } from "../../support/storage/damage.ts";
import { frozenDisk, memoryDisk } from "../../support/storage/disks.ts";
import { append, MEMBERS, noop, position } from "../../support/storage/model.ts";
import { snapshotInFormat1 } from "../../support/storage/format-1-snapshot.ts";
import { writeAll } from "../../support/storage/writing.ts";

const AT = position(3, 1);
const NAME = "3-1.snapshot";
const PARTS = ["one", "two ".repeat(100), "", "four ".repeat(30)].map((text) => Buffer.from(text));

function fresh(disk = memoryDisk()): OpenedStorage {
  createWal(disk);
  const opened = openStorage(disk);
  writeAll(opened, [[append(...[1, 2, 3, 4].map((at) => noop(at, 1)))]]);
  return opened;
}

function taken(): { snapshot: ReturnType<typeof finish>; bytes: Uint8Array } {
  const disk = memoryDisk();
  const snapshot = finish(fresh(disk));
  return { snapshot, bytes: disk.read(NAME) };
}

function finish({ snapshots }: OpenedStorage): NonNullable<(typeof snapshots)["newest"]> {
  const writer = snapshots.begin(AT, MEMBERS);
  for (const part of PARTS) writer.write(part);
  return writer.finish();
}

const { snapshot, bytes } = taken();
const headerBytes = Buffer.from(bytes).indexOf('"lastUid":7}') + 12;

/** Where each part is, its frame included. */
const places = PARTS.map(({ length }, at) => {
  const from = PARTS.slice(0, at).reduce((sum, part) => sum + 8 + part.length, headerBytes);
  return { from, to: from + 8 + length };
});
const endAt = places.at(-1)?.to ?? 0;

function partial(bad: Uint8Array): PartialSnapshot | undefined {
  return PartialSnapshot.find(frozenDisk({ [NAME]: bad }), NAME);
}

/** The bytes from `offset` on, in steps; undefined where there are none. */
function readAll(of: PartialSnapshot | undefined, step: number): (number | undefined)[] {
  const all: (number | undefined)[] = [];
  while (all.length < snapshot.size) {
    const piece = of?.read(all.length, step);
    expect(piece?.length ?? 1).toBeGreaterThan(0);
    expect(piece?.length ?? 1).toBeLessThanOrEqual(step);
    all.push(...(piece ?? [undefined]));
  }
  return all;
}

test("an intact one is read as it is, in steps of any size", () => {
  for (const step of [1, 3, 8, 9, 100, 10_000]) {
    const found = partial(bytes);
    expect(found?.snapshot).toEqual(snapshot);
    expect(readAll(found, step)).toEqual([...bytes]);
  }
});

test("any flipped bit outside of the bytes of parts costs nothing", () => {
  for (let at = 0; at < bytes.length; at += 1) {
    const isInPart = places.some(({ from, to }) => from + 8 <= at && at < to);
    if (isInPart) continue;
    const found = partial(flipped(bytes, at));
    expect([at, found?.snapshot]).toEqual([at, snapshot]);
    expect(readAll(found, 1000)).toEqual([...bytes]);
  }
});

test("a flipped bit in a part costs that part", () => {
  for (const { from, to } of places.filter((place) => place.to > place.from + 8)) {
    const found = partial(flipped(bytes, to - 1));
    expect(found?.snapshot).toEqual(snapshot);
    const expected = [...bytes].map((byte, at) => (from <= at && at < to ? undefined : byte));
    expect(readAll(found, 7)).toEqual(expected);
  }
});

describe("with more damage", () => {
  const damage = fc.record({
    at: fc.nat(bytes.length - 1),
    length: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 400 })),
  });

  test("what is read is what was written, or nothing", () => {
    fc.assert(
      fc.property(
        fc.array(damage, { maxLength: 5 }),
        fc.option(fc.nat(bytes.length)),
        (all, cut) => {
          const bad = bytes.slice();
          for (const { at, length } of all)
            for (let place = at; place < Math.min(at + length, bad.length); place += 1)
              bad[place] = (bad[place] ?? 0) ^ 1;
          const found = partial(cut === null ? bad : bad.slice(0, cut));
          if (found === undefined) return;
          expect(found.snapshot).toEqual(snapshot);
          const read = readAll(found, 50);
          expect(read.map((byte, at) => byte ?? bytes[at])).toEqual([...bytes]);
          // All that is not in a part that was damaged is read.
          const isBad = ({ from, to }: (typeof places)[number]): boolean =>
            !Buffer.from(bad.subarray(from + 8, to)).equals(bytes.subarray(from + 8, to)) ||
            (cut ?? Infinity) < to;
          for (const place of places.filter((one) => !isBad(one)))
            expect(read.slice(place.from, place.to)).not.toContain(undefined);
        },
      ),
      { numRuns: 300 },
    );
  });

  test("a file that is cut off before its end, or that is empty, says nothing", () => {
    for (const bad of [bytes.slice(0, endAt), bytes.slice(0, 3), new Uint8Array()])
      expect(partial(bad)).toBeUndefined();
  });

  test("less has to be intact to find a file of a snapshot that is known", () => {
    const [, second] = places;
    const bad = flipped(flipped(bytes, 3), (second?.to ?? 0) - 1);
    bad.fill(0, endAt);
    expect(partial(bad)).toBeUndefined();
    const disk = frozenDisk({ [NAME]: bad });
    const found = PartialSnapshot.findOf(disk, NAME, snapshot);
    expect(found?.snapshot).toEqual(snapshot);
    expect(readAll(found, 1000)).toEqual(
      [...bytes].map((byte, at) =>
        (second?.from ?? 0) <= at && at < (second?.to ?? 0) ? undefined : byte,
      ),
    );
    for (const other of [
      { ...snapshot, checksum: snapshot.checksum ^ 1 },
      { ...snapshot, size: snapshot.size + 8 },
      { ...snapshot, membership: { ...MEMBERS, lastUid: 8 } },
    ])
      expect(PartialSnapshot.findOf(disk, NAME, other)).toBeUndefined();
  });

  test("a file that has lost its second outline, or has bytes after it, is read by its first", () => {
    const second = Buffer.concat([bytes, Buffer.alloc(5)]);
    for (const whole of [bytes.slice(0, -5), second])
      expect(readAll(partial(whole), 99)).toEqual([...bytes]);
  });
});

describe("the store gives what is intact of a snapshot", () => {
  test("that it keeps, and that was set aside, also both together", () => {
    const disk = memoryDisk();
    finish(fresh(disk));
    const [, second] = places;
    disk.create(NAME, flipped(bytes, (second?.to ?? 0) - 1));
    const { snapshots, recovered } = openStorage(disk);
    expect(recovered.damage).toContain(`kept as ${NAME}.damaged-1`);
    expect(snapshots.read(snapshot, 0, 10)).toBeUndefined();
    expect(snapshots.readIntact(snapshot, 0, 10_000)).toEqual(bytes.slice(0, second?.from));
    expect(snapshots.readIntact(snapshot, second?.from ?? 0, 10_000)).toBeUndefined();
    expect(snapshots.readIntact(snapshot, second?.to ?? 0, 10_000)).toEqual(
      bytes.slice(second?.to),
    );
    expect(snapshots.receive(snapshot, 0, bytes)).toBe("whole");
    expect(snapshots.readIntact(snapshot, 0, 10_000)).toEqual(bytes);
    // It rots while it is kept.
    disk.create(NAME, flipped(bytes, (places[0]?.to ?? 0) - 1));
    const again = openStorage(disk).snapshots;
    expect(again.readIntact(snapshot, 0, 10_000)).toEqual(bytes.slice(0, second?.from));
  });

  test("and nothing of another one with the same position", () => {
    const opened = fresh();
    finish(opened);
    const other = { ...snapshot, checksum: snapshot.checksum ^ 1 };
    expect(opened.snapshots.readIntact(other, 0, 10)).toBeUndefined();
    expect(opened.snapshots.readIntact({ ...snapshot, ...position(4, 1) }, 0, 10)).toBeUndefined();
  });
});

test("a part that rots after the start is not given", () => {
  const disk = memoryDisk();
  const opened = fresh(disk);
  finish(opened);
  disk.create(NAME, flipped(bytes, (places[0]?.to ?? 0) - 1));
  expect(opened.snapshots.readIntact(snapshot, headerBytes, 100)).toBeUndefined();
  expect(opened.snapshots.readIntact(snapshot, 0, 10_000)).toEqual(bytes.slice(0, headerBytes));
});

describe("a snapshot of format 1", () => {
  const old = snapshotInFormat1({ at: AT, membership: MEMBERS }, PARTS);
  const identity = { ...snapshot, size: old.length, checksum: crc32(old) };

  test("has the bytes that version 0.1 wrote", () => {
    const sha256 = createHash("sha256").update(old).digest("hex");
    expect([old.length, sha256]).toEqual([
      778,
      "179f789a0f29ab6555e3ab3640c1788abb3dab43dd9ebce0bbaf742b247e7477",
    ]);
  });

  test("is read, sent and received", () => {
    const disk = memoryDisk();
    const opened = fresh(disk);
    expect(opened.snapshots.receive(identity, 0, old)).toBe("whole");
    const { snapshots, recovered } = openStorage(disk);
    expect(recovered.snapshot).toEqual(identity);
    expect([...snapshots.parts(identity)].map((part) => Buffer.from(part))).toEqual(PARTS);
    expect(snapshots.readIntact(identity, 0, 10_000)).toEqual(old);
  });

  test("does not say what it was once it is damaged", () => {
    for (let at = 0; at < old.length; at += 1) {
      const found = partial(flipped(old, at));
      // The end has no influence on what it was.
      if (at < old.length - 16) expect(found).toBeUndefined();
    }
  });
});
