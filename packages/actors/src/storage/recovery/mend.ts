import {
  atLeastAsUpToDate,
  LOG_START,
  positionOf,
  type HardState,
  type LogPosition,
  type Snapshot,
  type Term,
} from "@kontiki/core";
import type { LogRead } from "../wal/wal-recovery.ts";
import { samePosition } from "../wal/wal-replay.ts";
import type { LogContent } from "../wal/wal-rewrite.ts";

/** What a node goes on with. */
export type Mended = {
  readonly content: LogContent;
  /** Whether the log on disk says something else, and must be written anew. */
  readonly isRewritten: boolean;
  /** What is lost beside the damage that was found, for people. */
  readonly lost: string | undefined;
};

/**
 * Fits log and snapshot together.
 *
 * - The snapshot's last entry is in the log, or the log goes on behind it: nothing is to be done.
 * - The log knows nothing of it: the snapshot was received or taken, and a crash came before the log said so, or before
 *   its entries were synced. The log is emptied, as the node would have done. What it held instead cannot be committed.
 * - The log goes on behind an entry that no snapshot holds, because the one that did is damaged. The log is of no use.
 *
 * When promised entries are lost, the node must not vote before it has them again: else a majority with it could elect
 * who does not know what was committed with its help (Alagappan et al., FAST '18).
 */
export function mend(log: LogRead, snapshot: Snapshot | undefined): Mended {
  const { hard, promised, damage } = log;
  const end = snapshot === undefined ? LOG_START : positionOf(snapshot);
  const isGap = log.base.index > end.index;
  const isKept = !isGap && holds(log, end);
  const { base, entries } = isKept ? log : { base: end, entries: [] };
  const isLost =
    (damage !== undefined || isGap) &&
    promised.index > end.index &&
    !holds({ base, entries }, promised);
  const horizon = isLost ? later(promised, log.horizon) : log.horizon;
  return {
    content: { hard: isKept ? hard : atLeast(hard, end.term), base, entries, horizon },
    isRewritten: damage !== undefined || !isKept,
    lost: isGap ? `no snapshot holds the entries up to ${log.base.index}` : undefined,
  };
}

/**
 * A snapshot may be durable before the term of the leader that sent it is. Nothing was promised in that term: promises
 * wait for the sync of the turn.
 */
function atLeast(hard: HardState, term: Term): HardState {
  return hard.term < term ? { term, votedFor: undefined } : hard;
}

/** Whether this entry is in a log, or the one that it goes on behind. */
function holds({ base, entries }: Pick<LogContent, "base" | "entries">, at: LogPosition): boolean {
  if (samePosition(base, at)) return true;
  return entries[at.index - base.index - 1]?.term === at.term;
}

function later(a: LogPosition, b: LogPosition | undefined): LogPosition {
  return b === undefined || atLeastAsUpToDate(a, b) ? a : b;
}
