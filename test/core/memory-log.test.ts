import { AssertionError, index, type Index } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { entries, entry, log, logOf, noop } from "./support/core.ts";
import { logAfter, logFrom, membershipEntry, position, contents } from "./support/snapshots.ts";

const ALL = Number.MAX_SAFE_INTEGER;
const i = index;

describe("§7 a log that begins after a snapshot", () => {
  test("holds nothing before its base but the base's term", () => {
    const of = logAfter([4, 2], [2, 3]);
    expect([of.firstIndex, of.lastIndex]).toEqual([5, 6]);
    expect([0, 1, 3, 4, 5, 6, 7].map((at) => of.termAt(i(at)))).toEqual([
      0,
      undefined,
      undefined,
      2,
      2,
      3,
      undefined,
    ]);
  });

  test("an empty one ends where it begins: its last entry is the snapshot's", () => {
    const of = logAfter([4, 2]);
    expect([of.firstIndex, of.lastIndex, of.termAt(i(4))]).toEqual([5, 4, 2]);
    expect(of.bytesBetween(i(4), i(4))).toBe(0);
  });

  test("an index means the same entry as before compaction", () => {
    const of = log([1, 1, 2, 2, 3]);
    of.compact(i(3));
    expect(contents(of)).toEqual({ base: [3, 2], entries: entries([2, 3], 4) });
    expect(of.slice(i(4), i(4), ALL)).toEqual([entry(4, 2)]);
  });

  test("all of it may be compacted, and it continues after that", () => {
    const of = log([1, 2]);
    of.compact(i(2));
    expect(contents(of)).toEqual({ base: [2, 2], entries: [] });
    of.append([entry(3, 4)]);
    expect(contents(of)).toEqual({ base: [2, 2], entries: [entry(3, 4)] });
  });

  test("two compactions equal one that goes further", () => {
    const twice = log([1, 1, 2, 2]);
    twice.compact(i(1));
    twice.compact(i(3));
    const once = log([1, 1, 2, 2]);
    once.compact(i(3));
    expect(contents(twice)).toEqual(contents(once));
  });

  test("truncation goes back to the base and no further", () => {
    const of = logAfter([4, 2], [2, 3]);
    of.truncate(i(5));
    expect(contents(of)).toEqual({ base: [4, 2], entries: [entry(5, 2)] });
    of.truncate(i(4));
    expect(contents(of)).toEqual({ base: [4, 2], entries: [] });
    expect(() => of.truncate(i(3))).toThrow(AssertionError);
  });

  test("a reset leaves none of the old entries, on either side", () => {
    for (const base of [2, 5, 9]) {
      const of = logAfter([2, 1], [1, 1, 1]);
      of.reset(position([base, 3]));
      of.append([entry(base + 1, 3)]);
      expect(contents(of)).toEqual({ base: [base, 3], entries: [entry(base + 1, 3)] });
      expect(of.bytesBetween(i(base), i(base + 1))).toBe(`3.${base + 1}`.length);
    }
  });

  test("bytes between two entries do not change when earlier entries are compacted", () => {
    const content = [entry(1, 1, "four"), noop(2, 1), entry(3, 1, "seven"), entry(4, 1, "x")];
    const of = logOf(content);
    const pairs = [
      [2, 4],
      [2, 3],
      [3, 3],
      [3, 4],
    ] as const;
    const measure = (): number[] => pairs.map(([after, to]) => of.bytesBetween(i(after), i(to)));
    const before = measure();
    of.compact(i(2));
    expect(measure()).toEqual(before);
    expect(before).toEqual([6, 5, 0, 1]);
    of.append([entry(5, 1, "nine")]);
    expect(of.bytesBetween(i(2), i(5))).toBe(10);
    of.truncate(i(3));
    expect(of.bytesBetween(i(2), i(3))).toBe(5);
  });

  test("a slice is bounded by bytes counted from its own beginning", () => {
    const of = logOf([entry(1, 1, "long, and gone"), entry(2, 1, "ab"), entry(3, 1, "cd")]);
    of.compact(i(1));
    expect(of.slice(i(2), i(3), 3)).toEqual([entry(2, 1, "ab")]);
    expect(of.slice(i(2), i(3), 4)).toEqual([entry(2, 1, "ab"), entry(3, 1, "cd")]);
    expect(of.slice(i(2), i(3), 0)).toEqual([entry(2, 1, "ab")]);
  });

  test("a membership has no bytes: it is not a command", () => {
    const of = logFrom([1, 1], [membershipEntry(2, 1), entry(3, 1, "abc")]);
    expect(of.bytesBetween(i(1), i(3))).toBe(3);
  });

  test("a copy does not change", () => {
    const of = logAfter([4, 2], [2, 3]);
    const copy = of.snapshot();
    of.compact(i(5));
    of.append([entry(7, 3)]);
    expect(contents(copy)).toEqual({ base: [4, 2], entries: entries([2, 3], 5) });
    copy.truncate(i(4));
    expect(contents(of)).toEqual({ base: [5, 2], entries: entries([3, 3], 6) });
  });
});

describe("what is outside the log is rejected", () => {
  const of = logAfter([4, 2], [2, 3]);
  const cases: readonly (readonly [string, () => unknown])[] = [
    ["entries before its beginning", () => of.slice(i(4), i(5), ALL)],
    ["entries after its end", () => of.slice(i(5), i(7), ALL)],
    ["bytes from before its base", () => of.bytesBetween(i(3), i(5))],
    ["bytes past its end", () => of.bytesBetween(i(5), i(7))],
    ["compaction up to its base, which is done already", () => of.compact(i(4))],
    ["compaction of entries yet to come", () => of.compact(i(7))],
    ["entries that leave a gap", () => of.append([entry(8, 3)])],
    ["entries that are there already", () => of.append([entry(6, 3)])],
    ["truncation after its end", () => of.truncate(7 as Index)],
  ];
  test.each(cases)("%s", (_title, act) => {
    expect(act).toThrow(AssertionError);
    expect(contents(of)).toEqual({ base: [4, 2], entries: entries([2, 3], 5) });
  });
});
