import { assert } from "./assert.ts";
import type { Entry, LogView } from "./entry.ts";
import { index, indexAfter, TERM_ZERO, type Index, type Term } from "./ids.ts";

/**
 * A log in memory, for whoever drives the core: what `appendLog` and `truncateLog` say is done to it at once, and the
 * next event sees it.
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
  readonly #entries: Entry<C>[] = [];
  /** Bytes of all commands up to and with each entry. */
  readonly #bytesUpTo: number[] = [];
  readonly #sizeOf: (command: C) => number;

  /** `sizeOf` gives the bytes of a command, for the bound of `slice`. `entries` are adjacent, from index 1. */
  constructor(sizeOf: (command: C) => number, entries: readonly Entry<C>[] = []) {
    this.#sizeOf = sizeOf;
    for (const entry of entries) this.#push(entry);
  }

  /** Always 1. */
  get firstIndex(): Index {
    return index(1);
  }

  /** The number of entries. */
  get lastIndex(): Index {
    return this.#entries.length as Index;
  }

  termAt(at: Index): Term | undefined {
    return at === 0 ? TERM_ZERO : this.#entries[at - 1]?.term;
  }

  slice(from: Index, to: Index, maxBytes: number): readonly Entry<C>[] {
    assert(
      from >= 1 && from <= to && to <= this.lastIndex,
      `entries ${from} to ${to} lie inside the log`,
    );
    const before = this.#bytesAt(from - 1);
    let end: number = from;
    while (end < to && this.#bytesAt(end + 1) - before <= maxBytes) end += 1;
    return this.#entries.slice(from - 1, end);
  }

  bytesBetween(after: Index, to: Index): number {
    assert(after <= to && to <= this.lastIndex, `entries ${after} to ${to} lie inside the log`);
    return this.#bytesAt(to) - this.#bytesAt(after);
  }

  /** Appends entries that continue the log. @throws AssertionError when they do not. */
  append(entries: readonly Entry<C>[]): void {
    for (const entry of entries) {
      assert(
        entry.index === indexAfter(this.lastIndex),
        `entry ${entry.index} follows ${this.lastIndex}`,
      );
      this.#push(entry);
    }
  }

  /** Drops all entries behind `after`. @throws AssertionError when the log ends before it. */
  truncate(after: Index): void {
    assert(after <= this.lastIndex, `there is nothing behind ${after} to drop`);
    this.#entries.length = after;
    this.#bytesUpTo.length = after;
  }

  /** A copy that stays as it is. */
  snapshot(): MemoryLog<C> {
    return new MemoryLog(this.#sizeOf, this.#entries);
  }

  #push(entry: Entry<C>): void {
    const bytes = entry.type === "command" ? this.#sizeOf(entry.command) : 0;
    this.#bytesUpTo.push(this.#bytesAt(this.#entries.length) + bytes);
    this.#entries.push(entry);
  }

  #bytesAt(count: number): number {
    return this.#bytesUpTo[count - 1] ?? 0;
  }
}
