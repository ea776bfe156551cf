import type { Timeline } from "../../../packages/testing/src/engine/timeline.ts";

type Due = { readonly at: number; readonly callback: () => void };

/** Virtual time that a test advances. Callbacks of the same time run in the order in which they were scheduled. */
export class FakeTimeline implements Timeline {
  now = 0;
  #due: Due[] = [];

  after(ms: number, callback: () => void): () => void {
    const entry = { at: Math.round((this.now + ms) * 1000) / 1000, callback };
    this.#due.push(entry);
    return () => {
      this.#due = this.#due.filter((each) => each !== entry);
    };
  }

  /** The number of scheduled callbacks. */
  get pending(): number {
    return this.#due.length;
  }

  /** Advances by this many ms. */
  advance(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const next = this.#due
        .filter(({ at }) => at <= end)
        .reduce<Due | undefined>(
          (first, each) => (first && first.at <= each.at ? first : each),
          undefined,
        );
      if (next === undefined) break;
      this.#due = this.#due.filter((each) => each !== next);
      this.now = next.at;
      next.callback();
    }
    this.now = end;
  }
}
