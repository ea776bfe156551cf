import { setImmediate } from "node:timers/promises";

/**
 * Long work that can be laid down for a moment: it yields every few hundred steps, often enough that
 * time, memory and interruption can be looked at, and returns its result.
 */
export type Work<Result, Progress = void> = Generator<Progress, Result, void>;

/** How long work holds the thread before others get a turn, in milliseconds: unnoticeable to a person. */
const SLICE_MS = 40;

/** Does work to its end at once. */
export function finish<Result>(work: Work<Result, unknown>): Result {
  for (;;) {
    const next = work.next();
    if (next.done === true) return next.value;
  }
}

/** How {@link finishInSlices} tells of work and is told to stop. */
export type SliceOptions<Progress> = {
  /** Ends the work early. */
  readonly signal?: AbortSignal;
  /** Told after each slice how far the work is. */
  readonly onProgress?: (progress: Progress) => void;
};

/**
 * Does work to its end and lets timers, signals and streams have their turn in between.
 *
 * @returns its result, undefined when `signal` ended it early.
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
