import {
  assert,
  index,
  type Index,
  type LogPosition,
  type PackedEntries,
  type Term,
} from "@kontiki/core";

/** Entries from `first` on have this term, up to the next run. */
type Run = { readonly first: number; readonly term: Term };

/**
 * The first and last position of a log and the term of each entry: all that the write-ahead log needs of entries that
 * only the layer above it holds. Terms change rarely, so this is small.
 */
export class LogTerms {
  #base: LogPosition;
  #last: number;
  #runs: Run[] = [];

  constructor(base: LogPosition) {
    this.#base = base;
    this.#last = base.index;
  }

  /** The position before the first entry. */
  get base(): LogPosition {
    return this.#base;
  }

  /** The position of the last entry, or `base` if there is none. */
  get last(): LogPosition {
    return { index: index(this.#last), term: this.#runs.at(-1)?.term ?? this.#base.term };
  }

  /** The position of an entry in the log, or of its base. */
  at(position: Index): LogPosition {
    assert(
      position >= this.#base.index && position <= this.#last,
      () => `entry ${position} is not in the log`,
    );
    const run = this.#runs.findLast(({ first }) => first <= position);
    return { index: position, term: run?.term ?? this.#base.term };
  }

  /** Appends entries, which must continue the log. */
  append(entries: readonly LogPosition[]): void {
    let last = this.#last;
    let run = this.#runs.at(-1)?.term;
    for (const entry of entries) {
      last += 1;
      assert(entry.index === last, "entries must directly follow the last one");
      if (entry.term === run) continue;
      run = entry.term;
      this.#runs.push({ first: last, term: run });
    }
    this.#last = last;
  }

  /** Appends all of these, which must continue the log. */
  extend(entries: Pick<PackedEntries<unknown>, "length" | "termAt">): void {
    let run = this.#runs.at(-1)?.term;
    for (let place = 0; place < entries.length; place += 1) {
      const term = entries.termAt(place);
      if (term === run || term === undefined) continue;
      run = term;
      this.#runs.push({ first: this.#last + place + 1, term });
    }
    this.#last += entries.length;
  }

  truncate(after: Index): void {
    const cut = after >= this.#base.index && after <= this.#last;
    assert(cut, "only existing entries are truncated");
    this.#runs = this.#runs.filter(({ first }) => first <= after);
    this.#last = after;
  }

  compact(upTo: Index): void {
    const taken = upTo > this.#base.index && upTo <= this.#last;
    assert(taken, "only existing entries are compacted");
    this.#base = this.at(upTo);
    // The rest of the run that contains `upTo` has the term of the base.
    this.#runs = this.#runs.filter(({ first }) => first > upTo);
  }

  reset(base: LogPosition): void {
    this.#base = base;
    this.#last = base.index;
    this.#runs = [];
  }
}
