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
import type { SalvagedLog } from "../storage.ts";

/** What a node continues with. */
export type Repaired = {
  readonly content: LogContent;
  /** Whether the log on disk differs from it, and must be written again. */
  readonly isRewritten: boolean;
  /** Whether the log on disk holds more than can be used now: then it is set aside. */
  readonly isSetAside: boolean;
  /** What is intact of that log. */
  readonly copy: SalvagedLog | undefined;
  /** For people: what is lost besides the damage that was found. */
  readonly lost: string | undefined;
};

/**
 * Makes log and snapshot consistent with each other.
 *
 * - The snapshot's last entry is in the log, or the log begins right after it: nothing has to be done.
 * - The log does not contain it: the snapshot was received or taken, and a crash happened before the log recorded that,
 *   or before its entries were synced. The log is emptied, as the node would have done. Other entries that it held
 *   cannot be committed.
 * - The log begins after an entry that no snapshot covers, because that snapshot is damaged. The log is set aside until
 *   another node sends a snapshot.
 *
 * A log that was damaged before the snapshot's last entry continues after it with what is intact there.
 *
 * When promised entries are lost, the node must not vote until it has them again: otherwise a majority that includes it
 * could elect a leader that lacks entries committed with its help (Alagappan et al., FAST '18).
 */
export function repair(log: LogRead, snapshot: Snapshot | undefined): Repaired {
  const { hard, promised, damage } = log;
  const end = snapshot === undefined ? LOG_START : positionOf(snapshot);
  const isGap = log.base.index > end.index;
  const isKept = !isGap && holds(log, end);
  const copy = log.copy ?? (isGap ? wholeCopy(log) : undefined);
  const { base, entries } = isKept ? log : continued(end, copy);
  const isLost =
    (damage !== undefined || isGap) &&
    promised.index > end.index &&
    !holds({ base, entries }, promised);
  const horizon = isLost ? later(promised, log.horizon) : log.horizon;
  return {
    content: { hard: isKept ? hard : atLeast(hard, end.term), base, entries, horizon },
    isRewritten: damage !== undefined || !isKept,
    isSetAside: damage !== undefined || isGap,
    copy,
    lost: isGap ? `no snapshot holds the entries up to ${log.base.index}` : undefined,
  };
}

/**
 * A snapshot may become durable before the term of the leader that sent it does. Nothing was promised in that term:
 * promises wait for the sync of the turn.
 */
function atLeast(hard: HardState, term: Term): HardState {
  return hard.term < term ? { term, votedFor: undefined } : hard;
}

/** All of a log that no snapshot meets. */
function wholeCopy({ base, entries, promised }: LogRead): SalvagedLog {
  return { pieces: entries.length === 0 ? [] : [entries], marks: [base, promised] };
}

/** An empty log after `base`, with what certainly comes next. */
function continued(
  base: LogPosition,
  copy: SalvagedLog | undefined,
): Pick<LogContent, "base" | "entries"> {
  for (const piece of copy?.pieces ?? []) {
    const at = base.index - (piece[0]?.index ?? 0);
    const isMarked = copy?.marks.some((mark) => samePosition(mark, base)) ?? false;
    if (piece[at]?.term === base.term || (at === -1 && isMarked))
      return { base, entries: piece.slice(at + 1) };
  }
  return { base, entries: [] };
}

/** Whether this entry is in a log, or is its base. */
function holds({ base, entries }: Pick<LogContent, "base" | "entries">, at: LogPosition): boolean {
  if (samePosition(base, at)) return true;
  return entries[at.index - base.index - 1]?.term === at.term;
}

function later(a: LogPosition, b: LogPosition | undefined): LogPosition {
  return b === undefined || atLeastAsUpToDate(a, b) ? a : b;
}
