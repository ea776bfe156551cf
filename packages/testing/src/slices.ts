import { setImmediate } from "node:timers/promises";

/**
 * Long work that can be paused: it yields every few hundred steps, often enough to check time, memory and interruption,
 * and returns its result.
 */
export type Work<Result, Progress = void> = Generator<Progress, Result, void>;

/** How long work keeps the thread before it yields to others, in ms: too short to notice. */
const SLICE_MS = 40;

/** Runs work to its end without pauses. */
export function finish<Result>(work: Work<Result, unknown>): Result {
  for (;;) {
    const next = work.next();
    if (next.done === true) return next.value;
  }
}

/** Options of {@link finishInSlices}. */
export type SliceOptions<Progress> = {
  /** Ends the work early. */
  readonly signal?: AbortSignal;
  /** Called after each slice with the progress. */
  readonly onProgress?: (progress: Progress) => void;
};

/**
 * Runs work to its end in slices, so that timers, signals and streams run in between.
 *
 * @returns its result; undefined when `signal` ended it early.
 */
export async function finishInSlices<Result, Progress>(
  work: Work<Result, Progress>,
  { signal, onProgress }: SliceOptions<Progress> = {},
): Promise<Result | undefined> {
  while (signal?.aborted !== true) {
    const end = performance.now() + SLICE_MS;
    for (;;) {
      const next = work.next();
      if (next.done === true) return next.value;
      if (performance.now() < end) continue;
      onProgress?.(next.value);
      break;
    }
    await setImmediate();
  }
  return undefined;
}
