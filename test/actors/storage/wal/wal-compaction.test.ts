/** A log that begins after a snapshot (§7): of this node, or received from another. */
import { nodeId, term, type Entry } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { openStorage } from "../../../../packages/actors/src/storage/recovery/open-storage.ts";
import { createWal } from "../../../../packages/actors/src/storage/wal/open-wal.ts";
import { segmentName } from "../../../../packages/actors/src/storage/wal/wal-format.ts";
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
  truncate,
  type Batch,
} from "../../support/storage/model.ts";
import {
  contentOf,
  contentOn,
  diskWith,
  snapshotFile,
  write,
  writeAll,
} from "../../support/storage/writing.ts";
import { BATCHES, HEADER_BYTES, segments, sized, SMALL } from "../../support/storage/segments.ts";

describe("compaction (§7)", () => {
  const long: readonly Batch[] = [
    ...BATCHES,
    [append(command(6, 3, "d"))],
    [compact(4, 3)],
    [append(command(7, 3, "e"))],
    [append(command(8, 3, "f"))],
  ];

  test("removes entries, and keeps later ones with their term", () => {
    const opened = openStorage(diskWith(long));
    expect(contentOf(opened)).toEqual({
      hard: { term: term(3), votedFor: undefined },
      base: position(4, 3),
      entries: ['5@3 "c"', '6@3 "d"', '7@3 "e"', '8@3 "f"'],
      horizon: undefined,
      snapshot: partsAt(position(4, 3)),
    });
    writeAll(opened, [[compact(8, 3)]]);
    opened.storage.close();
  });

  test("removes segments that are entirely before the base, one per turn, from the first on", () => {
    const disk = memoryDisk();
    createWal(disk);
    const opened = openStorage(disk, SMALL);
    const seen = long.map((batch) => {
      writeAll(opened, [batch]);
      return segments(disk);
    });
    expect(seen).toEqual([
      [1],
      [1, 2],
      [1, 2, 3],
      [1, 2, 3, 4],
      // Segment 3 holds a higher entry than 4.
      [2, 3, 4, 5],
      [3, 4, 5, 6],
      [3, 4, 5, 6, 7],
    ]);
    expect(contentOn(disk)).toEqual(contentsAfter(long).at(-1));
  });

  test("a later segment may record a compaction that ended in a removed one", () => {
    const disk = memoryDisk();
    createWal(disk);
    const opened = openStorage(disk, { segmentBytes: 450 });
    const first = Array.from({ length: 8 }, (_none, at) => command(at + 1, 3, "a"));
    const second = [command(9, 3, "b"), command(10, 3, "c")];
    writeAll(opened, [[hardState(3)], [append(...first)], [append(...second)], [compact(6, 3)]]);
    expect(segments(disk)).toEqual([1, 2]);
    writeAll(opened, [[compact(9, 3)]]);
    opened.storage.close();
    expect(segments(disk)).toEqual([2]);
    expect(contentOn(disk)).toEqual({
      hard: { term: term(3), votedFor: undefined },
      base: position(9, 3),
      entries: ['10@3 "c"'],
      horizon: undefined,
      snapshot: partsAt(position(9, 3)),
    });
  });

  test("removes nothing of a log that was never compacted", () => {
    expect(segments(diskWith([[hardState(1)], [hardState(2)], [hardState(3)]], SMALL))).toEqual([
      1, 2, 3,
    ]);
  });

  test("removes nothing before the batch that records it is durable", () => {
    const disk = diskWith(long.slice(0, 4), SMALL);
    const opened = openStorage(disk, SMALL);
    write(opened, [compact(4, 3)]);
    opened.storage.sync();
    expect(segments(disk)).toEqual([1, 2, 3, 4]);
    opened.storage.flush();
    expect(segments(disk)).toEqual([1, 2, 3, 4, 5]);
    opened.storage.sync();
    opened.storage.sync();
    opened.storage.sync();
    expect(segments(disk)).toEqual([3, 4, 5]);
  });

  test("continues where a crash interrupted it: obsolete segments are removed in the next turns", () => {
    const disk = diskWith(long.slice(0, 5), SMALL);
    expect(segments(disk)).toEqual([2, 3, 4, 5]);
    const opened = openStorage(disk, SMALL);
    expect(contentOf(opened)).toEqual(contentsAfter(long)[5]);
    opened.storage.sync();
    expect(segments(disk)).toEqual([3, 4, 5]);
    expect(contentOn(disk)).toEqual(contentsAfter(long)[5]);
  });

  test("never removes the segment that records term and vote, even if the last one is empty", () => {
    const batches = [...BATCHES, [compact(5, 3)]];
    const disk = diskWith(batches, SMALL);
    const { storage } = openStorage(disk, SMALL);
    for (let turn = 0; turn < 5; turn += 1) storage.sync();
    expect(segments(disk)).toEqual([4]);
    const files = filesOf(disk);
    // The header of segment 5 is all that a crash right after its creation leaves.
    const rolled = diskWith([...batches, [append(noop(6, 3))]], SMALL);
    const header = filesOf(rolled)[segmentName(5)]?.slice(0, HEADER_BYTES) ?? new Uint8Array();
    const crashed = memoryDisk({ ...files, [segmentName(5)]: header });
    const opened = openStorage(crashed, SMALL);
    opened.storage.sync();
    expect(segments(crashed)).toEqual([4, 5]);
    expect(contentOf(opened)).toEqual(contentsAfter(batches).at(-1));
  });

  test("an entry that was truncated in a removed segment does not return", () => {
    const batches: Batch[] = [
      [append(noop(1, 1), noop(2, 1), noop(3, 1))],
      [truncate(1), append(noop(2, 2), noop(3, 2), noop(4, 2))],
      [compact(3, 2)],
      [append(noop(5, 2))],
    ];
    const disk = diskWith(batches, SMALL);
    expect(segments(disk)).toEqual([2, 3, 4]);
    expect(contentOn(disk)).toEqual(contentsAfter(batches).at(-1));
  });

  test("a log may be compacted up to its end, and continues", () => {
    const batches = [...BATCHES, [compact(5, 3)], [append(noop(6, 4))], [truncate(5)]];
    expect(contentOn(diskWith(batches, SMALL))).toEqual(contentsAfter(batches).at(-1));
    expect(contentsAfter(batches).at(-1)?.base).toEqual(position(5, 3));
  });

  test("commands do not keep the memory of their segment, of which little may be used", () => {
    const count = 100;
    const large = [append(...Array.from({ length: count }, (_none, at) => sized(at + 1, 10_000)))];
    const whole = openStorage(diskWith([large])).recovered.entries;
    const left = openStorage(diskWith([large, [compact(count - 1, 1)]])).recovered.entries;
    const kept = (entries: readonly Entry<Uint8Array>[]): number => {
      const buffers = new Set(
        entries.map((entry) => (entry.type === "command" ? entry.command.buffer : undefined)),
      );
      return [...buffers].reduce((sum, buffer) => sum + (buffer?.byteLength ?? 0), 0);
    };
    const bytes = count * 10_000;
    expect([whole.length, left.length]).toEqual([count, 1]);
    expect(kept(whole)).toBeGreaterThanOrEqual(bytes);
    expect(kept(whole)).toBeLessThan(1.15 * bytes);
    // After a compaction the neighbors of the first entry that is left may stay with it, in one small buffer.
    expect(kept(left)).toBeLessThanOrEqual(64 * 1024);
  });
});

describe("a log that is emptied for a received snapshot (§7)", () => {
  const batches = [
    ...BATCHES,
    [install(9, 3), append(noop(10, 3))],
    [append(noop(11, 4)), truncate(10)],
  ];

  test("continues after it, in a new segment, and the old ones are removed", () => {
    const disk = diskWith(batches);
    expect(segments(disk)).toEqual([2]);
    expect(contentOn(disk)).toEqual({
      hard: { term: term(3), votedFor: undefined },
      base: position(9, 3),
      entries: ["10@3 noop"],
      horizon: undefined,
      snapshot: partsAt(position(9, 3)),
    });
  });

  test.each([
    ["of a later term, which the node then knows", 4, { term: term(4), votedFor: undefined }],
    ["of its own term", 3, { term: term(3), votedFor: nodeId("n1") }],
  ])("also when a crash happened before the log recorded it: %s", (_title, of, hard) => {
    const disk = diskWith([...BATCHES, [hardState(3, "n1")]]);
    const at = position(9, of);
    const { snapshot, bytes } = snapshotFile(at);
    expect(openStorage(disk).snapshots.receive(snapshot, 0, bytes)).toBe("whole");
    const emptied = { hard, base: at, entries: [], horizon: undefined, snapshot: partsAt(at) };
    expect(contentOn(disk)).toEqual(emptied);
    expect(contentOn(disk)).toEqual(emptied);
  });

  test("but not when it holds the snapshot's last entry", () => {
    const disk = diskWith(BATCHES);
    const { snapshot, bytes } = snapshotFile(position(4, 3));
    openStorage(disk).snapshots.receive(snapshot, 0, bytes);
    const kept = { ...contentsAfter(BATCHES).at(-1), snapshot: partsAt(position(4, 3)) };
    expect(contentOn(disk)).toEqual(kept);
  });

  test("even when the log reached further than the snapshot", () => {
    const further = [...BATCHES, [install(3, 3)], [append(noop(4, 3))], [hardState(4)]];
    const disk = diskWith(further, SMALL);
    expect(segments(disk)).toEqual([4, 5, 6]);
    expect(contentOn(disk)).toEqual(contentsAfter(further).at(-1));
  });
});
