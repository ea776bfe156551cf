import type { Config } from "./config.ts";
import { INDEX_ZERO, indexAfter, maxIndex, minIndex, previousIndex, type Index } from "./ids.ts";
import type { Snapshot } from "./snapshot.ts";

/** What a leader knows of a follower however it sends to it. */
type Known = {
  /** Where to go on: match < next. */
  readonly next: Index;
  /** Up to here the follower's log is proven to be the leader's. */
  readonly match: Index;
  /** The last round that it answered; 0 when it has not yet. */
  readonly round: number;
};

/** The logs may meet right before `next`: nobody knows yet. One question is out at a time. */
export type Probe = Known & {
  readonly type: "probe";
  /** A question is out. It is asked again at the next heartbeat, in case it was lost. */
  readonly waiting: boolean;
};

/** The logs meet at `match`, and everything before `next` was sent ahead of the answers (dissertation 10.2.2). */
export type Replicate = Known & {
  readonly type: "replicate";
  /** The last index of each AppendEntries with entries that is not yet answered, rising. */
  readonly inflight: readonly Index[];
};

/** The follower needs what was compacted, and gets a snapshot; the log goes on behind it, at `next`. */
export type SendSnapshot = Known & {
  readonly type: "snapshot";
  readonly snapshot: Snapshot;
  /** Where the part begins that is under way. */
  readonly offset: number;
  /** Heartbeats since that part was sent: it is sent again when there was time to answer. */
  readonly beats: number;
};

/** What a leader knows of one follower's log (Figure 2, nextIndex and matchIndex). */
export type Progress = Probe | Replicate | SendSnapshot;

/** A new leader guesses that the follower's log is like its own (Figure 2: nextIndex = last + 1). */
export function initialProgress(lastIndex: Index): Progress {
  const next = indexAfter(lastIndex);
  return { type: "probe", next, match: INDEX_ZERO, round: 0, waiting: false };
}

/** The follower answered this round. Answers may be old: nothing moves back. */
export function answered<P extends Progress>(progress: P, round: number): P {
  return round > progress.round ? { ...progress, round } : progress;
}

/**
 * The follower holds everything up to `match`. Answers may be old or out of order: nothing moves back.
 *
 * @param firstIndex of the leader's log: a follower that holds what is before it needs no snapshot. One that has got its
 * snapshot, while the leader has compacted more, is to get another.
 */
export function accepted(progress: Progress, match: Index, firstIndex: Index): Progress {
  const known = maxIndex(progress.match, match);
  const next = maxIndex(progress.next, indexAfter(known));
  const { round } = progress;
  switch (progress.type) {
    case "probe":
      if (match < progress.next - 1) return { ...progress, match: known };
      return { type: "replicate", next, match: known, round, inflight: [] };
    case "replicate": {
      const inflight = progress.inflight.filter((last) => last > known);
      return { ...progress, next, match: known, inflight };
    }
    case "snapshot":
      if (known < firstIndex - 1 && known < progress.snapshot.index)
        return { ...progress, match: known };
      return { type: "replicate", next: indexAfter(known), match: known, round, inflight: [] };
    default:
      return progress satisfies never;
  }
}

/**
 * The follower does not hold the entry at `prevIndex`; the logs may meet right before `next`.
 *
 * An answer to a question that has been answered otherwise since is old: `undefined`. But one of a newer round than any
 * that it answered, which refuses what it is known to hold, says that it has lost that: its log was found damaged. What
 * it holds before `next` it still holds.
 */
export function rejected(
  progress: Progress,
  { prevIndex, round }: { readonly prevIndex: Index; readonly round: number },
  next: Index,
): Progress | undefined {
  if (progress.type === "snapshot") return undefined;
  const asked = progress.type === "replicate" || prevIndex === progress.next - 1;
  if (!asked) return undefined;
  const known = answered(progress, round);
  if (prevIndex > progress.match) return probing(known, maxIndex(next, indexAfter(known.match)));
  if (round <= progress.round) return undefined;
  return probing({ ...known, match: minIndex(known.match, previousIndex(next)) }, next);
}

/** What is under way to the follower is lost, and where it stands is to be found out anew. */
export function interrupted(progress: Progress): Progress {
  return probing(progress, indexAfter(progress.match));
}

/** The follower gets this snapshot from its beginning. */
export function sendSnapshot({ match, round }: Progress, snapshot: Snapshot): SendSnapshot {
  const next = indexAfter(snapshot.index);
  return { type: "snapshot", next, match, round, snapshot, offset: 0, beats: 0 };
}

function probing({ match, round }: Progress, next: Index): Progress {
  return { type: "probe", next, match, round, waiting: false };
}

/** Whether more entries may be sent before an answer comes. */
export function hasWindow(config: Config, progress: Progress): boolean {
  return progress.type === "replicate" && progress.inflight.length < config.maxInflight;
}
