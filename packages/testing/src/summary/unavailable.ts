import type { Operation } from "../history/history.ts";

/** A time in which clients waited and no operation succeeded. Times are in ms of the run. */
export type Unavailable = {
  /** From when. */
  readonly fromMs: number;
  /** Until when. */
  readonly toMs: number;
};

type Success = Operation & { readonly status: "ok" };

/**
 * The times longer than `longerThanMs` in which an operation waited all the time and none succeeded.
 *
 * Such a time begins with the last success before it, or with the first call after that if no client waited then; it ends with
 * the next success, or with the end of the last operation that failed, or with the run.
 */
export function unavailableTimes(
  operations: readonly Operation[],
  endMs: number,
  longerThanMs: number,
): readonly Unavailable[] {
  const successes = operations
    .filter((operation): operation is Success => operation.status === "ok")
    .map((success) => success.return)
    .sort((a, b) => a - b);
  const waits = operations
    .map((operation) => ({
      from: operation.call,
      to: operation.status === "open" ? endMs : operation.return,
    }))
    .sort((a, b) => a.from - b.from);
  const found: Unavailable[] = [];
  let next = 0;
  let waiting: readonly { readonly from: number; readonly to: number }[] = [];
  let from = 0;
  for (const to of [...successes, endMs]) {
    const begun = [...waiting];
    for (let wait = waits[next]; wait !== undefined && wait.from < to; wait = waits[next]) {
      begun.push(wait);
      next += 1;
    }
    waiting = begun.filter((wait) => wait.to > from);
    for (const time of merged(waiting, from, to))
      if (time.toMs - time.fromMs > longerThanMs) found.push(time);
    from = to;
  }
  return found;
}

/** The parts of a time in which at least one of these waited, in order. `waits` is in the order of `from`. */
function merged(
  waits: readonly { readonly from: number; readonly to: number }[],
  fromMs: number,
  toMs: number,
): readonly Unavailable[] {
  const parts: { fromMs: number; toMs: number }[] = [];
  for (const wait of waits) {
    const part = { fromMs: Math.max(wait.from, fromMs), toMs: Math.min(wait.to, toMs) };
    const last = parts.at(-1);
    if (last !== undefined && part.fromMs <= last.toMs) last.toMs = Math.max(last.toMs, part.toMs);
    else if (part.toMs > part.fromMs) parts.push(part);
  }
  return parts;
}
