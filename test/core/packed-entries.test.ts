/** A log that begins with packed entries is the same as one that begins with an array of them. */
import {
  AssertionError,
  index,
  indexAfter,
  MemoryLog,
  restore,
  INITIAL_HARD_STATE,
  type Entry,
  type PackedEntries,
  type Term,
} from "@kontiki/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { entry, noop, snapshotOf } from "./support/core.ts";
import { membershipEntry, position } from "./support/snapshots.ts";

const ALL = Number.MAX_SAFE_INTEGER;
const i = index;
const bytesOf = (entry: Entry<string>): number =>
  entry.type === "command" ? entry.command.length : 0;

/** Makes a new object each time. */
class Packed implements PackedEntries<string> {
  readonly #entries: readonly Entry<string>[];
  constructor(entries: readonly Entry<string>[]) {
    this.#entries = entries;
  }
  get length(): number {
    return this.#entries.length;
  }
  termAt(place: number): Term | undefined {
    return this.#entries[place]?.term;
  }
  entryAt(place: number): Entry<string> {
    const there = this.#entries[place];
    if (there === undefined) throw new Error(`there is no entry at place ${place}`);
    return { ...there };
  }
  bytesUpTo(count: number): number {
    return this.#entries.slice(0, count).reduce((sum, each) => sum + bytesOf(each), 0);
  }
  memberships(): readonly Entry<string>[] {
    return this.#entries.filter(({ type }) => type === "membership");
  }
  slice(from: number, to: number): Packed {
    if (from < 0 || from > to || to > this.length) throw new Error(`${from} to ${to} is outside`);
    return new Packed(this.#entries.slice(from, to));
  }
}

function entryOf(at: number, [inTerm, kind]: readonly [number, number]): Entry<string> {
  if (kind === 0) return noop(at, inTerm);
  return kind === 1 ? membershipEntry(at, inTerm) : entry(at, inTerm, "x".repeat(kind));
}

/** Everything that a log gives. */
function everything(log: MemoryLog<string>): unknown {
  const [first, last] = [log.firstIndex, log.lastIndex];
  const all = Array.from({ length: last + 3 }, (_, at) => i(at));
  const inside = all.filter((at) => at >= first && at <= last);
  return {
    first,
    last,
    terms: all.map((at) => log.termAt(at)),
    slices: inside.map((at) => [log.slice(at, last, 5), log.slice(first, at, ALL)]),
    bytes: inside.map((at) => [log.bytesBetween(i(first - 1), at), log.bytesBetween(at, last)]),
    memberships: log.memberships(),
  };
}

type Change = readonly ["append" | "truncate" | "compact" | "reset", number];

function change(log: MemoryLog<string>, [what, size]: Change): void {
  const [first, last] = [log.firstIndex, log.lastIndex];
  const inside = first - 1 + (size % (last - first + 2));
  if (what === "append") log.append([entryOf(last + 1, [9, size]), entryOf(last + 2, [9, 1])]);
  else if (what === "truncate") log.truncate(i(inside));
  else if (what === "compact" && inside >= first) log.compact(i(inside));
  else if (what === "reset") log.reset(position([last + 1, 9]));
}

const CONTENT = fc.array(fc.tuple(fc.nat(3), fc.nat(6)), { maxLength: 8 });
const WHAT = fc.constantFrom("append", "append", "truncate", "compact", "reset");
const CHANGES = fc.array(fc.tuple(WHAT, fc.nat(7)), { maxLength: 8 });

test("whatever becomes of it, and of a copy of it", () => {
  const check = (
    base: number,
    content: readonly (readonly [number, number])[],
    changes: readonly Change[],
    copied: number,
  ): void => {
    const entries = content.map((each, at) => entryOf(base + at + 1, each));
    const at = position([base, base === 0 ? 0 : 1]);
    const array = new MemoryLog<string>((command) => command.length, entries, at);
    const packed = new MemoryLog<string>((command) => command.length, new Packed(entries), at);
    let copy = packed.snapshot();
    let before = everything(packed);
    for (const [place, each] of changes.entries()) {
      change(array, each);
      change(packed, each);
      expect(everything(packed)).toEqual(everything(array));
      expect(everything(copy)).toEqual(before);
      if (place === copied) [copy, before] = [packed.snapshot(), everything(packed)];
    }
  };
  fc.assert(fc.property(fc.nat(3), CONTENT, CHANGES, fc.nat(8), check), { numRuns: 100 });
});

describe("a start", () => {
  const entries = [entry(3, 1), membershipEntry(4, 1), entry(5, 2), membershipEntry(6, 2)];
  const base = position([2, 1]);

  test("looks only at the memberships", () => {
    const made: number[] = [];
    class Watched extends Packed {
      override entryAt(place: number): Entry<string> {
        made.push(place);
        return super.entryAt(place);
      }
    }
    const log = new MemoryLog<string>((command) => command.length, new Watched(entries), base);
    made.length = 0;
    const snapshot = snapshotOf(2, 1);
    const { memberships } = restore(INITIAL_HARD_STATE, log, { snapshot });
    expect([memberships.map((each) => each.index), made]).toEqual([[2, 4, 6], []]);
  });

  test("is rejected with entries that do not follow the base", () => {
    const packed = new Packed(entries);
    const at = { ...base, index: indexAfter(base.index) };
    expect(() => new MemoryLog<string>(() => 0, packed, at)).toThrow(AssertionError);
  });
});
