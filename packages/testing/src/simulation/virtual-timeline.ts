import type { Timeline } from "../engine/timeline.ts";

type Due = { readonly at: number; readonly order: number; callback: (() => void) | undefined };

/** Time is counted in whole microseconds, so that sums of times are exact. */
const US_PER_MS = 1000;

/** A time that never comes, in whole microseconds: 285 years. */
const NEVER = Number.MAX_SAFE_INTEGER;

/** Virtual time: a heap of callbacks. It advances only in `step`. */
export class VirtualTimeline implements Timeline {
  readonly #heap: Due[] = [];
  #nowUs = 0;
  #asked = 0;
  #happened = 0;

  get now(): number {
    return this.#nowUs / US_PER_MS;
  }

  /** How many callbacks there were so far. */
  get happened(): number {
    return this.#happened;
  }

  after(ms: number, callback: () => void): () => void {
    const us = Math.floor(ms * US_PER_MS + 0.5);
    if (!(this.#nowUs + us < NEVER)) return () => {};
    const due: Due = { at: this.#nowUs + Math.max(us, 0), order: this.#asked, callback };
    this.#asked += 1;
    this.#push(due);
    return () => {
      due.callback = undefined;
    };
  }

  /** Runs the next callback that is due by `untilMs`. False when there is none: then the time is `untilMs`. */
  step(untilMs: number): boolean {
    const until = untilMs * US_PER_MS;
    for (;;) {
      const next = this.#heap[0];
      if (next === undefined || next.at > until) {
        this.#nowUs = Math.max(this.#nowUs, until);
        return false;
      }
      this.#pop();
      const { callback } = next;
      if (callback === undefined) continue;
      this.#nowUs = next.at;
      this.#happened += 1;
      callback();
      return true;
    }
  }

  #push(due: Due): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(due);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(due, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = due;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const right = left + 1;
      const one = heap[left];
      const other = heap[right];
      if (one === undefined) break;
      const isRight = other !== undefined && isBefore(other, one);
      const least = isRight ? other : one;
      if (!isBefore(least, last)) break;
      heap[at] = least;
      at = isRight ? right : left;
    }
    heap[at] = last;
  }
}

function isBefore(one: Due, other: Due): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
