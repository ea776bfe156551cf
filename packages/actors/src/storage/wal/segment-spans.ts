import type { Index } from "@kontiki/core";

type Span = { readonly segment: number; highest: number };

/**
 * The highest entry of each segment, and so which segments a compacted log no longer needs: those from the first on
 * whose entries are all before its base. A truncated entry counts as well; there are few. The last segment is always
 * needed: its last batch records term, vote and horizon.
 */
export class SegmentSpans {
  readonly #spans: Span[] = [];
  /** The highest entry of the batch that is not placed yet. */
  #batch = 0;

  /** Records that entries up to `last` were appended. */
  append(last: Index): void {
    if (last > this.#batch) this.#batch = last;
  }

  /** Records that the log was emptied: earlier entries no longer count. */
  reset(): void {
    for (const span of this.#spans) span.highest = 0;
    this.#batch = 0;
  }

  /** Records that the collected batch is in `segment`: the last one, or a new one after it. */
  place(segment: number): void {
    let last = this.#spans.at(-1);
    if (last?.segment !== segment) {
      last = { segment, highest: 0 };
      this.#spans.push(last);
    }
    last.highest = Math.max(last.highest, this.#batch);
    this.#batch = 0;
  }

  /** The first segment that a log compacted up to `base` needs; 0 (all of them) when `base` is 0. */
  firstNeeded(base: Index): number {
    if (base === 0) return 0;
    const needed = this.#spans.find(({ highest }) => highest > base) ?? this.#spans.at(-1);
    return needed?.segment ?? 0;
  }

  /** The first existing segment; undefined before any batch. */
  get first(): number | undefined {
    return this.#spans[0]?.segment;
  }

  /** Records that the first segment was removed. */
  removeFirst(): void {
    this.#spans.shift();
  }
}
