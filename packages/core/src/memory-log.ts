import { assert } from "./assert.ts";
import { LOG_START, type Entry, type LogPosition, type LogView } from "./entry.ts";
import { indexAfter, type Index, type Term } from "./ids.ts";
import type { PackedEntries } from "./packed-entries.ts";

/**
 * A log in memory, for programs that drive the core: `appendLog`, `truncateLog` and the other log effects are applied
 * to it at once, and the next event sees the result.
 *
 * @example
 * ```ts
 * import { index, MemoryLog, term } from "@kontiki/core";
 *
 * const log = new MemoryLog<string>((command) => command.length);
 * log.append([
 *   { type: "noop", index: index(1), term: term(1) },
 *   { type: "command", index: index(2), term: term(1), command: "ahoy" },
 * ]);
 * console.log(log.lastIndex, log.termAt(index(2)), log.termAt(index(3))); // 2 1 undefined
 * log.truncate(index(1));
 * console.log(log.slice(index(1), index(1), 1024).length); // 1
 * ```
 */
export class MemoryLog<C> implements LogView<C> {
  readonly #sizeOf: (command: C) => number;
  /** The first entries, as long as there are any of those that the log began with, and how many. */
  #packed: PackedEntries<C> | undefined;
  #packedCount = 0;
  /** The others. */
  #entries: Entry<C>[] = [];
  /** For each of these: bytes of all commands up to and including it, counted from some entry that is compacted by now. */
  #bytesUpTo: number[] = [];
  /** The same count at `#base`. */
  #bytesAtBase = 0;
  /** The position before the first entry in the log. */
  #base: LogPosition;

  /**
   * Creates a log with these entries.
   *
   * @param sizeOf returns the bytes of a command, for the bound of `slice`.
   * @param entries adjacent, from `base.index` + 1.
   * @param base the last compacted entry, as a snapshot names it.
   */
  constructor(
    sizeOf: (command: C) => number,
    entries: readonly Entry<C>[] | PackedEntries<C> = [],
    base: LogPosition = LOG_START,
  ) {
    this.#sizeOf = sizeOf;
    this.#base = base;
    if (isPacked(entries)) this.#begin(entries);
    else this.append(entries);
  }

  get firstIndex(): Index {
    return indexAfter(this.#base.index);
  }

  get lastIndex(): Index {
    return (this.#base.index + this.#packedCount + this.#entries.length) as Index;
  }

  termAt(at: Index): Term | undefined {
    if (at === this.#base.index) return this.#base.term;
    if (at === 0) return LOG_START.term;
    const place = at - this.#base.index - 1;
    return place < this.#packedCount
      ? this.#packed?.termAt(place)
      : this.#entries[place - this.#packedCount]?.term;
  }

  slice(from: Index, to: Index, maxBytes: number): readonly Entry<C>[] {
    assert(
      from >= this.firstIndex && from <= to && to <= this.lastIndex,
      () => `entries ${from} to ${to} are not all in the log`,
    );
    const before = this.#bytesAt(from - 1);
    // Nearly always all of them.
    let end: number = this.#bytesAt(to) - before <= maxBytes ? to : from;
    while (end < to && this.#bytesAt(end + 1) - before <= maxBytes) end += 1;
    return this.#between(from - this.firstIndex, end - this.#base.index);
  }

  memberships(): readonly Entry<C>[] {
    const own = this.#entries.filter(({ type }) => type === "membership");
    return [...(this.#packed?.memberships() ?? []), ...own];
  }

  bytesBetween(after: Index, to: Index): number {
    assert(
      after >= this.#base.index && after <= to && to <= this.lastIndex,
      () => `entries ${after} to ${to} are not all in the log`,
    );
    return this.#bytesAt(to) - this.#bytesAt(after);
  }

  /** Appends entries. @throws AssertionError unless they directly follow the last one. */
  append(entries: readonly Entry<C>[]): void {
    let last: number = this.lastIndex;
    let bytes = this.#bytesAt(last);
    for (const entry of entries) {
      if (entry.index !== last + 1) assert(false, `entry ${entry.index} does not follow ${last}`);
      last += 1;
      if (entry.type === "command") bytes += this.#sizeOf(entry.command);
      this.#bytesUpTo.push(bytes);
      this.#entries.push(entry);
    }
  }

  /** Removes all entries after `after`. @throws AssertionError when `after` is outside the log. */
  truncate(after: Index): void {
    assert(
      after >= this.#base.index && after <= this.lastIndex,
      () => `there is nothing after ${after} to remove`,
    );
    const count = after - this.#base.index;
    this.#pack(0, Math.min(count, this.#packedCount));
    this.#entries.length = count - this.#packedCount;
    this.#bytesUpTo.length = count - this.#packedCount;
  }

  /** Removes all entries up to and including `upTo`. @throws AssertionError when `upTo` is not in the log. */
  compact(upTo: Index): void {
    const term = this.termAt(upTo);
    assert(
      upTo >= this.firstIndex && term !== undefined,
      () => `entry ${upTo} is not in the log and cannot be compacted`,
    );
    const count = upTo - this.#base.index;
    this.#bytesAtBase = this.#bytesAt(upTo);
    const packed = Math.min(count, this.#packedCount);
    this.#pack(packed, this.#packedCount);
    this.#entries = this.#entries.slice(count - packed);
    this.#bytesUpTo = this.#bytesUpTo.slice(count - packed);
    this.#base = { index: upTo, term };
  }

  /** Removes all entries: the log continues after `base`. */
  reset(base: LogPosition): void {
    this.#pack(0, 0);
    this.#entries = [];
    this.#bytesUpTo = [];
    this.#bytesAtBase = 0;
    this.#base = base;
  }

  /** An independent copy: later changes to this log do not affect it. */
  snapshot(): MemoryLog<C> {
    const copy = new MemoryLog(this.#sizeOf, [], this.#base);
    copy.#packed = this.#packed;
    copy.#packedCount = this.#packedCount;
    copy.#entries = [...this.#entries];
    copy.#bytesUpTo = [...this.#bytesUpTo];
    copy.#bytesAtBase = this.#bytesAtBase;
    return copy;
  }

  #begin(packed: PackedEntries<C>): void {
    if (packed.length === 0) return;
    assert(
      packed.entryAt(0).index === this.firstIndex,
      () => `entry ${packed.entryAt(0).index} does not follow ${this.#base.index}`,
    );
    this.#packed = packed;
    this.#packedCount = packed.length;
  }

  /** Keeps those of the packed entries from place `from` up to `to`. */
  #pack(from: number, to: number): void {
    const count = to - from;
    if (count === this.#packedCount) return;
    this.#packed = count === 0 ? undefined : this.#packed?.slice(from, to);
    this.#packedCount = count;
  }

  /** The entries from place `from` up to but without `to`. */
  #between(from: number, to: number): readonly Entry<C>[] {
    const [packed, count] = [this.#packed, this.#packedCount];
    if (packed === undefined || from >= count) return this.#entries.slice(from - count, to - count);
    const entries: Entry<C>[] = [];
    for (let at = from; at < Math.min(to, count); at += 1) entries.push(packed.entryAt(at));
    for (let at = count; at < to; at += 1) entries.push(this.#entries[at - count] as Entry<C>);
    return entries;
  }

  #bytesAt(at: number): number {
    const count = at - this.#base.index;
    if (count > this.#packedCount) return this.#bytesUpTo[count - this.#packedCount - 1] ?? 0;
    return this.#bytesAtBase + (this.#packed?.bytesUpTo(count) ?? 0);
  }
}

function isPacked<C>(entries: readonly Entry<C>[] | PackedEntries<C>): entries is PackedEntries<C> {
  return !Array.isArray(entries);
}
