import type { Index } from "@kontiki/core";

type Span = { readonly segment: number; highest: number };

/**
 * How far the entries of each segment reach, and so which segments a log needs no more: those from the first on all of
 * whose entries are compacted, cut off or reset away. The last segment is always needed: its last batch tells term,
 * vote and horizon.
 */
export class SegmentSpans {
  readonly #spans: Span[] = [];
  /** How far the entries reach of the batch that is not placed yet. */
  #batch = 0;

  /** Entries up to `last` were appended. */
  append(last: Index): void {
    if (last > this.#batch) this.#batch = last;
  }

  /** What was behind `after` counts no more: 0 when nothing does. */
  cut(after: number): void {
    for (const span of this.#spans) span.highest = Math.min(span.highest, after);
    this.#batch = Math.min(this.#batch, after);
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

  /** The first segment that a log compacted up to `base` needs. */
  firstNeeded(base: Index): number {
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
