import type { HardState, LogPosition } from "@kontiki/core";
import type { Promised } from "./promise.ts";
import type { BatchEnd } from "./wal-format.ts";

/** The log after its last intact batch. */
export type Newest = {
  readonly end: BatchEnd;
  readonly hard: HardState;
  readonly last: LogPosition;
  /** How often it was cut; undefined if the batch does not say. */
  readonly cuts: number | undefined;
};

/**
 * Why what a promise file records cannot be this log, at that batch or later; undefined if it can.
 *
 * A term never decreases, a vote never changes within its term, and without a cut entries are only appended. If any of this does
 * not hold, file and log belong to different nodes, or one of them to another time. Which one is not known, and so not what
 * this node has promised.
 */
export function contradiction(
  { end, state }: Promised,
  { end: own, hard, last, cuts }: Newest,
): string | undefined {
  if (end.sequence === own.sequence && end.crc !== own.crc) return `another batch ${own.sequence}`;
  if (state.hard.term < hard.term)
    return `term ${state.hard.term} after the log had term ${hard.term}`;
  const { votedFor } = hard;
  const hasOtherVote = votedFor !== undefined && state.hard.votedFor !== votedFor;
  if (state.hard.term === hard.term && hasOtherVote)
    return `another vote in term ${hard.term} than the log`;
  const { before } = state;
  if (before === undefined || cuts === undefined || before.cuts > cuts) return undefined;
  if (before.cuts === cuts && reaches(state.last, last)) return undefined;
  return `a log that ended at entry ${state.last.index} after it had entry ${last.index}`;
}

/** Whether a log that ended at `last` may since have grown to end at `later`. */
function reaches(later: LogPosition, last: LogPosition): boolean {
  if (later.index === last.index) return later.term === last.term;
  return later.index > last.index && later.term >= last.term;
}
