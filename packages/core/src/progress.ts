import type { Config } from "./config.ts";
import { INDEX_ZERO, indexAfter, maxIndex, type Index } from "./ids.ts";
import type { AppendRejected } from "./message.ts";
import type { Snapshot } from "./snapshot.ts";

/** What a leader knows of a follower in every mode. */
export type Known = {
  /** The next index to send; always above `match`. */
  readonly next: Index;
  /** The follower's log is proven to equal the leader's up to here. */
  readonly match: Index;
  /** The last round that it answered; 0 for none. */
  readonly round: number;
};

/** The logs may meet right before `next`; a probe finds out. One probe is unanswered at a time. */
export type Probe = Known & {
  readonly type: "probe";
  /** Whether a probe is unanswered. It is sent again with the next heartbeat, in case it was lost. */
  readonly waiting: boolean;
};

/**
 * The logs meet at `match`, and everything before `next` was sent without waiting for replies (dissertation 10.2.2).
 */
export type Replicate = Known & {
  readonly type: "replicate";
  /** The last index of each unanswered AppendEntries with entries, in rising order. */
  readonly inflight: readonly Index[];
};

/** The follower needs compacted entries and gets a snapshot; the log continues after it, at `next`. */
export type SendSnapshot = Known & {
  readonly type: "snapshot";
  /** The snapshot that it gets. */
  readonly snapshot: Snapshot;
  /** The offset of the chunk that was sent last. */
  readonly offset: number;
  /** Heartbeats since that chunk was sent: after enough of them it is sent again. */
  readonly beats: number;
};

/** What a leader knows of one follower's log (Figure 2, nextIndex and matchIndex). */
export type Progress = Probe | Replicate | SendSnapshot;

/** A new leader assumes that the follower's log equals its own (Figure 2: nextIndex = last + 1). */
export function initialProgress(lastIndex: Index): Progress {
  const next = indexAfter(lastIndex);
  return { type: "probe", next, match: INDEX_ZERO, round: 0, waiting: false };
}

/** The follower answered this round. Replies may be late: the round never decreases. */
export function answered<P extends Progress>(progress: P, round: number): P {
  return round > progress.round ? { ...progress, round } : progress;
}

/**
 * The follower holds everything up to `match`. Replies may be late or out of order: nothing moves back.
 *
 * @param firstIndex of the leader's log: a follower that holds everything before it needs no snapshot. If the leader
 * compacted more while the follower received a snapshot, the follower needs another one.
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
      // The log was compacted again while the snapshot was sent, so even with all of it the follower needs another one.
      return known < progress.snapshot.index
        ? { ...progress, match: known }
        : interrupted({ ...progress, match: known });
    default:
      return progress satisfies never;
  }
}

/**
 * The follower does not hold the entry at `prevIndex`; the logs may meet right before `next`. A late reply, to a probe
 * that was answered otherwise since, changes nothing but the round.
 *
 * A follower that lacks an entry it was proven to hold has lost it, if it answers a later round than any before: its
 * disk was damaged. Then `match` starts again from zero; otherwise the follower would keep rejecting for as long as
 * this leader leads.
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
 * Messages on their way to the follower are lost, so its position has to be probed again. An unanswered probe is sent
 * again with the same guess: there is no better one.
 */
export function interrupted(progress: Progress): Probe {
  if (progress.type === "probe") return { ...progress, waiting: false };
  const { match, round } = progress;
  return { type: "probe", next: indexAfter(match), match, round, waiting: false };
}

/** Starts to send this snapshot from its beginning. */
export function sendSnapshot({ match, round }: Progress, snapshot: Snapshot): SendSnapshot {
  const next = indexAfter(snapshot.index);
  return { type: "snapshot", next, match, round, snapshot, offset: 0, beats: 0 };
}

/** Whether more entries may be sent before the next reply. */
export function hasWindow(config: Config, progress: Progress): boolean {
  return progress.type === "replicate" && progress.inflight.length < config.maxInflight;
}
