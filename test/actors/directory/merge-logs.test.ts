import { index, term, type Entry, type Index } from "@kontiki/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readSource, type LogSource } from "../../../packages/actors/src/directory/log-source.ts";
import { mergeLogs, type MergedLog } from "../../../packages/actors/src/directory/merge-logs.ts";
import type { MemoryDisk } from "../../../packages/actors/src/storage/disk/memory-disk.ts";
import { openStorage } from "../../../packages/actors/src/storage/recovery/open-storage.ts";
import { createWal } from "../../../packages/actors/src/storage/wal/open-wal.ts";
import { memoryDisk } from "../support/storage/disks.ts";

const SEGMENT = "0000000001.wal";

/** A log whose entry `i` is in its own batch, at these bytes of the file. */
type Written = {
  readonly disk: MemoryDisk;
  readonly batches: readonly { readonly from: number; readonly to: number }[];
};

/** Writes entries of these terms, each in its own batch. A command names its index and term. */
function written(terms: readonly number[]): Written {
  const disk = memoryDisk();
  createWal(disk);
  const { storage } = openStorage(disk);
  const size = (): number => disk.read(SEGMENT).length;
  const batches = terms.map((at, before) => {
    const from = size();
    storage.saveHardState({ term: term(at), votedFor: undefined });
    storage.append([entry(before + 1, at)]);
    storage.flush();
    storage.sync();
    return { from, to: size() };
  });
  storage.close();
  return { disk, batches };
}

function entry(at: number, inTerm: number): Entry<Uint8Array> {
  const command = new TextEncoder().encode(`${at}@${inTerm}`);
  return { type: "command", index: index(at), term: term(inTerm), command };
}

/** The same disk, with a damaged byte in each of these batches. */
function damaged({ disk, batches }: Written, entries: readonly number[]): MemoryDisk {
  const bytes = Buffer.from(disk.read(SEGMENT));
  for (const at of entries) {
    const batch = batches[at - 1];
    if (batch === undefined) continue;
    const middle = (batch.from + batch.to) >> 1;
    bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
  }
  const files = Object.fromEntries(disk.list().map((name) => [name, disk.read(name)]));
  return memoryDisk({ ...files, [SEGMENT]: bytes });
}

/** One disk: the terms of its entries, and those of them that are damaged. */
type Spoiled = { readonly terms: readonly number[]; readonly bad: readonly number[] };

function sourcesOf(disks: Readonly<Record<string, Spoiled>>): readonly LogSource[] {
  return Object.entries(disks).map(([name, { terms, bad }]) =>
    readSource(name, damaged(written(terms), bad)),
  );
}

function merged(disks: Readonly<Record<string, Spoiled>>): MergedLog {
  return mergeLogs(sourcesOf(disks));
}

const termsOf = ({ entries }: MergedLog): readonly number[] => entries.map((each) => each.term);
const range = (from: number, to: number): { readonly from: Index; readonly to: Index } => ({
  from: index(from),
  to: index(to),
});

describe("the merged log", () => {
  test("takes each entry from a disk that has it intact", () => {
    const terms = [1, 1, 1, 2, 2, 2];
    const log = merged({
      n1: { terms, bad: [2] },
      n2: { terms, bad: [4] },
      n3: { terms, bad: [5] },
    });
    expect(log.entries).toEqual(terms.map((at, before) => entry(before + 1, at)));
    expect(log).toMatchObject({
      snapshot: undefined,
      last: { index: 6, term: 2 },
      lost: undefined,
      leftOut: [],
    });
    expect(log.parts[0]).toEqual({ ...range(1, 4), disk: "n3" });
    expect(log.parts.at(-1)?.to).toBe(6);
  });

  test("ends before the first entry that no disk has intact, and names what is lost", () => {
    const terms = [1, 1, 1, 2, 2, 2];
    const log = merged({ n1: { terms, bad: [3] }, n2: { terms, bad: [3, 5] } });
    expect(termsOf(log)).toEqual([1, 1]);
    expect(log.lost).toEqual(range(3, 6));
    expect(log.leftOut).toEqual([
      { ...range(4, 6), disk: "n1", why: "after a gap" },
      { ...range(4, 4), disk: "n2", why: "after a gap" },
      { ...range(6, 6), disk: "n2", why: "after a gap" },
    ]);
  });

  test("is the one that an election would choose where logs differ (§5.4.1)", () => {
    const log = merged({
      n1: { terms: [1, 1, 2, 2, 2], bad: [] },
      n2: { terms: [1, 1, 3], bad: [1] },
    });
    expect(termsOf(log)).toEqual([1, 1, 3]);
    expect(log.parts).toEqual([
      { ...range(1, 2), disk: "n1" },
      { ...range(3, 3), disk: "n2" },
    ]);
    expect(log.leftOut).toEqual([{ ...range(3, 5), disk: "n1", why: "another log" }]);
  });

  test("takes nothing of a log that is not certainly the same", () => {
    // Entry 3 of n1 is of another leader: the two logs agree up to entry 2 only.
    const log = merged({
      n1: { terms: [1, 1, 2], bad: [] },
      n2: { terms: [1, 1, 3, 3], bad: [3] },
    });
    expect(termsOf(log)).toEqual([1, 1, 2]);
    expect(log.leftOut).toEqual([{ ...range(4, 4), disk: "n2", why: "after a gap" }]);
  });

  test("takes an entry of a log that only a third one shows to be the same (Log Matching, §5.3)", () => {
    // Of n2 it is known that entry 2 is of term 2. So it is the log of n1 up to there, whose entry 1 is that of n3.
    const log = merged({
      n1: { terms: [1, 2], bad: [1] },
      n2: { terms: [1, 2, 21], bad: [1, 2] },
      n3: { terms: [1], bad: [] },
    });
    expect(log).toMatchObject({ last: { index: 3, term: 21 }, lost: undefined, leftOut: [] });
    expect(log.parts).toEqual([
      { ...range(1, 1), disk: "n3" },
      { ...range(2, 2), disk: "n1" },
      { ...range(3, 3), disk: "n2" },
    ]);
  });

  test("of disks without anything is empty", () => {
    expect(mergeLogs([])).toMatchObject({ entries: [], last: { index: 0, term: 0 } });
  });
});

/** Logs as Raft makes them: all entries of one term come from its one leader (§5.3). */
const histories = fc
  .record({
    common: fc.array(fc.nat({ max: 1 }), { minLength: 1, maxLength: 12 }),
    forks: fc.array(
      fc.record({
        keep: fc.nat(12),
        own: fc.nat(4),
        bad: fc.array(fc.integer({ min: 1, max: 16 })),
      }),
      { minLength: 2, maxLength: 4 },
    ),
  })
  .map(({ common, forks }) => {
    let at = 1;
    const terms = common.map((step) => (at += step));
    return forks.map(({ keep, own, bad }, which): Spoiled => {
      // Each has its own term after a part of the common log, later than all terms there.
      const tail = Array.from({ length: own }, () => 20 + which);
      return { terms: [...terms.slice(0, Math.min(keep, terms.length)), ...tail], bad };
    });
  });

/** How many entries of this log are intact, from the first on, on any disk that has the same ones. */
function reach(log: readonly number[], disks: readonly Spoiled[]): number {
  const isIntact = (at: number): boolean =>
    disks.some(
      ({ terms, bad }) =>
        !bad.includes(at) && terms.slice(0, at).join() === log.slice(0, at).join(),
    );
  let at = 1;
  while (at <= log.length && isIntact(at)) at += 1;
  return at - 1;
}

test("random logs with random damage: never a wrong entry, and none less than is certain", () => {
  const runs = Number(process.env["KONTIKI_MERGES"] ?? 150);
  fc.assert(
    fc.property(histories, (disks) => {
      const log = merged(Object.fromEntries(disks.map((disk, at) => [`n${at + 1}`, disk])));
      const found = termsOf(log);
      // It is the beginning of a log that one of the nodes had.
      const owners = disks.filter(
        ({ terms }) => terms.slice(0, found.length).join() === found.join(),
      );
      expect(owners.length).toBeGreaterThan(0);
      expect(log.entries).toEqual(found.map((at, before) => entry(before + 1, at)));
      // It is at least as up to date as each log whose entries are all intact somewhere.
      for (const { terms } of disks) {
        if (reach(terms, disks) < terms.length) continue;
        const [theirs, ours] = [terms.at(-1) ?? 0, found.at(-1) ?? 0];
        expect([ours > theirs || (ours === theirs && found.length >= terms.length), terms]).toEqual(
          [true, terms],
        );
      }
    }),
    { numRuns: runs },
  );
});
