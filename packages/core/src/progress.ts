import type { Config } from "./config.ts";
import { INDEX_ZERO, indexAfter, maxIndex, type Index } from "./ids.ts";

/**
 * What a leader knows of one follower's log (Figure 2, nextIndex and matchIndex).
 *
 * `match` is proven, `next` is where to go on: match < next. A probing leader does not know where the logs meet and
 * asks with one empty AppendEntries at a time; a replicating one has met and sends ahead of the answers
 * (dissertation 10.2.2), so there `next` runs ahead of `match` by what is under way.
 */
export type Progress =
  /** The logs may meet right before `next`: nobody knows yet. */
  | {
      readonly type: "probe";
      readonly next: Index;
      readonly match: Index;
      /** A question is out. It is asked again at the next heartbeat, in case it was lost. */
      readonly waiting: boolean;
    }
  /** The logs meet at `match`, and everything before `next` was sent. */
  | {
      readonly type: "replicate";
      readonly next: Index;
      readonly match: Index;
      /** The last index of each AppendEntries with entries that is not yet answered, rising. */
      readonly inflight: readonly Index[];
    };

/** A new leader guesses that the follower's log is like its own (Figure 2: nextIndex = last + 1). */
export function initialProgress(lastIndex: Index): Progress {
  return { type: "probe", next: indexAfter(lastIndex), match: INDEX_ZERO, waiting: false };
}

/** The follower holds everything up to `match`. Answers may be old or out of order: nothing moves back. */
export function accepted(progress: Progress, match: Index): Progress {
  const known = maxIndex(progress.match, match);
  const next = maxIndex(progress.next, indexAfter(known));
  if (progress.type === "probe") {
    const met = match >= progress.next - 1;
    if (!met) return { ...progress, match: known };
    return { type: "replicate", next, match: known, inflight: [] };
  }
  return {
    ...progress,
    next,
    match: known,
    inflight: progress.inflight.filter((last) => last > known),
  };
}

/**
 * The follower does not hold the entry at `prevIndex`; the logs may meet right before `next`.
 *
 * An answer to a question that has been answered otherwise since is old: `undefined`.
 */
export function rejected(progress: Progress, prevIndex: Index, next: Index): Progress | undefined {
  const asked = progress.type === "replicate" || prevIndex === progress.next - 1;
  if (!asked || prevIndex <= progress.match) return undefined;
  const from = maxIndex(next, indexAfter(progress.match));
  return { type: "probe", next: from, match: progress.match, waiting: false };
}

/** Whether more entries may be sent before an answer comes. */
export function hasWindow(config: Config, progress: Progress): boolean {
  return progress.type === "replicate" && progress.inflight.length < config.maxInflight;
}
