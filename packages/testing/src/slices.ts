import { nextTurn } from "#platform";
import {
  callable,
  checkArgument,
  checkOptions,
  rule,
  signal,
  type Schema,
} from "@kontiki/actors/node";

/**
 * Long work that can be paused: it yields every few hundred steps, often enough to check time, memory and interruption,
 * and returns its result.
 */
export type Work<Result, Progress = void> = Generator<Progress, Result, void>;

/** How long work keeps the thread before it yields to others, in ms: too short to notice. */
const SLICE_MS = 40;

/** Runs work to its end without pauses. */
export function finish<Result>(work: Work<Result, unknown>): Result {
  checkArgument("finish", "work", WORK, work);
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

/** What each option of work in slices may be. */
export function sliceOptions<Progress>(): Schema<SliceOptions<Progress>> {
  return { signal, onProgress: callable(" that gets the progress") };
}

const WORK = rule("work, as a function whose name ends in InSlices gives it", isWork);

/**
 * Runs work to its end in slices, so that timers, signals and streams run in between.
 *
 * @returns its result; undefined when `signal` ended it early.
 */
export async function finishInSlices<Result, Progress>(
  work: Work<Result, Progress>,
  options: SliceOptions<Progress> = {},
): Promise<Result | undefined> {
  checkArgument("finishInSlices", "work", WORK, work);
  checkOptions("finishInSlices", sliceOptions<Progress>(), options);
  const { signal: ending, onProgress } = options;
  while (ending?.aborted !== true) {
    const end = performance.now() + SLICE_MS;
    for (;;) {
      const next = work.next();
      if (next.done === true) return next.value;
      if (performance.now() < end) continue;
      onProgress?.(next.value);
      break;
    }
    await nextTurn();
  }
  return undefined;
}

function isWork(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return typeof (value as Partial<Work<unknown>>).next === "function";
}
