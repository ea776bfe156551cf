import { assert } from "./assert.ts";
import { LOG_START, type Entry, type LogPosition, type LogView } from "./entry.ts";
import { indexAfter, type Index, type Term } from "./ids.ts";

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
  #entries: Entry<C>[] = [];
  /** For each entry: bytes of all commands up to and including it, counted from some entry that is compacted by now. */
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
    entries: readonly Entry<C>[] = [],
    base: LogPosition = LOG_START,
  ) {
    this.#sizeOf = sizeOf;
    this.#base = base;
    this.append(entries);
  }

  get firstIndex(): Index {
    return indexAfter(this.#base.index);
  }

  get lastIndex(): Index {
    return (this.#base.index + this.#entries.length) as Index;
  }

  termAt(at: Index): Term | undefined {
    if (at === this.#base.index) return this.#base.term;
    return at === 0 ? LOG_START.term : this.#entries[at - this.#base.index - 1]?.term;
  }

  slice(from: Index, to: Index, maxBytes: number): readonly Entry<C>[] {
    assert(
      from >= this.firstIndex && from <= to && to <= this.lastIndex,
      () => `entries ${from} to ${to} are not all in the log`,
    );
    const before = this.#bytesAt(from - 1);
    let end: number = from;
    while (end < to && this.#bytesAt(end + 1) - before <= maxBytes) end += 1;
    return this.#entries.slice(from - this.firstIndex, end - this.#base.index);
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
    this.#entries.length = after - this.#base.index;
    this.#bytesUpTo.length = after - this.#base.index;
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
    this.#entries = this.#entries.slice(count);
    this.#bytesUpTo = this.#bytesUpTo.slice(count);
    this.#base = { index: upTo, term };
  }

  /** Removes all entries: the log continues after `base`. */
  reset(base: LogPosition): void {
    this.#entries = [];
    this.#bytesUpTo = [];
    this.#bytesAtBase = 0;
    this.#base = base;
  }

  /** An independent copy: later changes to this log do not affect it. */
  snapshot(): MemoryLog<C> {
    const copy = new MemoryLog(this.#sizeOf, [], this.#base);
    copy.#entries = [...this.#entries];
    copy.#bytesUpTo = [...this.#bytesUpTo];
    copy.#bytesAtBase = this.#bytesAtBase;
    return copy;
  }

  #bytesAt(at: number): number {
    const count = at - this.#base.index;
    return count === 0 ? this.#bytesAtBase : (this.#bytesUpTo[count - 1] ?? 0);
  }
}
