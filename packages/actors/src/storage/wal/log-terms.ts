import { assert, index, type Index, type LogPosition, type Term } from "@kontiki/core";

/** From `first` on entries are of `term`, until the next run. */
type Run = { readonly first: number; readonly term: Term };

/**
 * Where a log begins and ends, and the term of each entry between: what the write-ahead log must know of entries that
 * only the layer above it holds. Terms change rarely, so it is small.
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

  /** The position of the last entry, `base` when there is none. */
  get last(): LogPosition {
    return { index: index(this.#last), term: this.#runs.at(-1)?.term ?? this.#base.term };
  }

  /** The position of an entry that is there, or of the one before the first. */
  at(position: Index): LogPosition {
    assert(
      position >= this.#base.index && position <= this.#last,
      () => `the log holds ${position}`,
    );
    const run = this.#runs.findLast(({ first }) => first <= position);
    return { index: position, term: run?.term ?? this.#base.term };
  }

  /** Takes entries that continue the log. */
  append(entries: readonly LogPosition[]): void {
    let last = this.#last;
    let run = this.#runs.at(-1)?.term;
    for (const entry of entries) {
      last += 1;
      assert(entry.index === last, "entries are appended behind the last one");
      if (entry.term === run) continue;
      run = entry.term;
      this.#runs.push({ first: last, term: run });
    }
    this.#last = last;
  }

  truncate(after: Index): void {
    const cut = after >= this.#base.index && after <= this.#last;
    assert(cut, "only what is there is cut");
    this.#runs = this.#runs.filter(({ first }) => first <= after);
    this.#last = after;
  }

  compact(upTo: Index): void {
    const taken = upTo > this.#base.index && upTo <= this.#last;
    assert(taken, "only what is there is compacted");
    this.#base = this.at(upTo);
    // What is left of the run that `upTo` lies in has the term of the base.
    this.#runs = this.#runs.filter(({ first }) => first > upTo);
  }

  reset(base: LogPosition): void {
    this.#base = base;
    this.#last = base.index;
    this.#runs = [];
  }
}
