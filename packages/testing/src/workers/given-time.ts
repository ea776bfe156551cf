/** Between two looks at the clock a thread that runs needs far less than this, in ms: otherwise it did not run. */
const GAP_MS = 0.3;

/** How often the time is measured, and how long a thread then wants to run, in ms. */
export type Measuring = { readonly everyMs: number; readonly spinMs: number };

/**
 * How much of the time a machine has given to a thread that always wants to run. Timers do not show that: a scheduler lets a
 * thread run soon that sleeps most of the time, while one that has work to do waits for its turn again and again.
 */
export class GivenTime {
  readonly #now: () => number;
  readonly #measuring: Measuring;
  #givenMs = 0;
  #measuredAt: number;

  constructor(now: () => number, measuring: Measuring) {
    this.#now = now;
    this.#measuring = measuring;
    this.#measuredAt = now();
  }

  /**
   * Keeps this thread busy until it has run for a while, and takes what share of the time it got for its share since the last
   * measurement.
   *
   * @returns what was given since the beginning, in ms.
   */
  measure(): number {
    const { everyMs, spinMs } = this.#measuring;
    const share = shareOf(spinMs, this.#now);
    const now = this.#now();
    const gotMs = (now - this.#measuredAt) * share;
    this.#measuredAt = now;
    // More than that was not measured: the process was stopped, or the machine slept.
    this.#givenMs += Math.min(gotMs, 2 * everyMs);
    return this.#givenMs;
  }
}

/** Runs for `ms`, and returns which share of the time this took, above 0 and up to 1. */
function shareOf(ms: number, now: () => number): number {
  const began = now();
  let last = began;
  let ran = 0;
  while (ran < ms) {
    const at = now();
    if (at - last < GAP_MS) ran += at - last;
    last = at;
  }
  return ran / (last - began);
}
