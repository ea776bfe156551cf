import type { Index } from "@kontiki/core";

type Span = { readonly segment: number; highest: number };

/**
 * How far the entries of each segment reach, and so which segments a compacted log needs no more: those from the first
 * on all of whose entries are before its base. An entry that was cut off counts as well; few are. The last segment is
 * always needed: its last batch tells term, vote and horizon.
 */
export class SegmentSpans {
  readonly #spans: Span[] = [];
  /** How far the entries reach of the batch that is not placed yet. */
  #batch = 0;

  /** Entries up to `last` were appended. */
  append(last: Index): void {
    if (last > this.#batch) this.#batch = last;
  }

  /** The log was emptied: nothing that was appended counts any more. */
  reset(): void {
    for (const span of this.#spans) span.highest = 0;
    this.#batch = 0;
  }

  /** The batch that has gathered is in `segment`: the last one, or a new one behind it. */
  place(segment: number): void {
    let last = this.#spans.at(-1);
    if (last?.segment !== segment) {
      last = { segment, highest: 0 };
      this.#spans.push(last);
    }
    last.highest = Math.max(last.highest, this.#batch);
    this.#batch = 0;
  }

  /** The first segment that a log needs which is compacted up to `base`: all, when that is 0. */
  firstNeeded(base: Index): number {
    if (base === 0) return 0;
    const needed = this.#spans.find(({ highest }) => highest > base) ?? this.#spans.at(-1);
    return needed?.segment ?? 0;
  }

  /** The first segment that is there; undefined before any batch. */
  get first(): number | undefined {
    return this.#spans[0]?.segment;
  }

  /** The first segment was removed. */
  removeFirst(): void {
    this.#spans.shift();
  }
}
