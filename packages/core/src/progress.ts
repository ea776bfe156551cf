import type { Config } from "./config.ts";
import { INDEX_ZERO, indexAfter, maxIndex, type Index } from "./ids.ts";
import type { AppendRejected } from "./message.ts";
import type { Snapshot } from "./snapshot.ts";

/** What a leader knows of a follower however it sends to it. */
export type Known = {
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
  /** What it gets. */
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
      if (match <= progress.match) return progress;
      const inflight = progress.inflight.filter((last) => last > known);
      return { ...progress, next, match: known, inflight };
    }
    case "snapshot":
      if (known >= firstIndex - 1)
        return { type: "replicate", next: indexAfter(known), match: known, round, inflight: [] };
      // With the whole snapshot it is still too far behind when the log was compacted again meanwhile: it needs another.
      return known < progress.snapshot.index
        ? { ...progress, match: known }
        : interrupted({ ...progress, match: known });
    default:
      return progress satisfies never;
  }
}

/**
 * The follower does not hold the entry at `prevIndex`; the logs may meet right before `next`. An answer to a question
 * that has been answered otherwise since changes nothing but the round.
 *
 * One that does not hold what it was proven to hold has lost it, if it answers a later round than any before: its disk
 * was damaged. What is left there is to be found out anew, or it would be refused for as long as this leader leads.
 */
export function rejected(
  progress: Progress,
  { prevIndex, round }: Pick<AppendRejected, "prevIndex" | "round">,
  next: Index,
): Progress {
  const now = answered(progress, round);
  if (now.type === "snapshot") return now;
  const lost = prevIndex <= now.match && round > progress.round;
  const asked = now.type === "replicate" || prevIndex === now.next - 1;
  if (!lost && (!asked || prevIndex <= now.match)) return now;
  const match = lost ? INDEX_ZERO : now.match;
  const from = maxIndex(next, indexAfter(match));
  return { type: "probe", next: from, match, round: now.round, waiting: false };
}

/**
 * What is under way to the follower is lost, and where it stands is to be found out anew. A question that was out is
 * asked again: nothing better than its guess is known.
 */
export function interrupted(progress: Progress): Probe {
  if (progress.type === "probe") return { ...progress, waiting: false };
  const { match, round } = progress;
  return { type: "probe", next: indexAfter(match), match, round, waiting: false };
}

/** The follower gets this snapshot from its beginning. */
export function sendSnapshot({ match, round }: Progress, snapshot: Snapshot): SendSnapshot {
  const next = indexAfter(snapshot.index);
  return { type: "snapshot", next, match, round, snapshot, offset: 0, beats: 0 };
}

/** Whether more entries may be sent before an answer comes. */
export function hasWindow(config: Config, progress: Progress): boolean {
  return progress.type === "replicate" && progress.inflight.length < config.maxInflight;
}
