import {
  atLeastAsUpToDate,
  indexAfter,
  LOG_START,
  positionOf,
  type HardState,
  type LogPosition,
  type Snapshot,
  type Term,
} from "@kontiki/core";
import { EntrySlabs, slabsOf } from "../wal/entry-slabs.ts";
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
 * A damaged log continues, after the damage or after the snapshot's last entry, with what certainly comes next.
 *
 * When promised entries are lost, the node must not vote until it has them again: otherwise a majority that includes it
 * could elect a leader that lacks entries committed with its help (Alagappan et al., FAST '18).
 */
export function repair(log: LogRead, snapshot: Snapshot | undefined): Repaired {
  const { hard, promised, damage } = log;
  const end = snapshot === undefined ? LOG_START : positionOf(snapshot);
  const isGap = log.base.index > end.index;
  const isKept = !isGap && holds(log, end);
  const copy = damage !== undefined || isGap ? log.salvage() : undefined;
  const kept = isKept ? log : { base: end, entries: new EntrySlabs(indexAfter(end.index)) };
  const { base, entries } = copy === undefined ? kept : extended(kept, copy, promised);
  const isLost =
    copy !== undefined && promised.index > end.index && !holds({ base, entries }, promised);
  const horizon = isLost ? later(promised, log.horizon) : log.horizon;
  return {
    content: { hard: isKept ? hard : atLeast(hard, end.term), base, entries, horizon },
    isRewritten: damage !== undefined || !isKept,
    isSetAside: copy !== undefined,
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

/** A part of a log. */
type Part = Pick<LogContent, "base" | "entries">;

/** A log with what certainly comes next in place of what followed, up to its last promised entry. */
function extended(kept: Part, copy: SalvagedLog, promised: LogPosition): Part {
  const { base } = kept;
  const next = copy.pieces
    .map((piece) => ({ piece, after: meetingOf(kept, piece, copy.marks) }))
    .findLast(({ after }) => after !== undefined);
  const entries = next === undefined ? kept.entries : joined(kept, next.piece, next.after ?? 0);
  if (!holds({ base, entries }, promised)) return { base, entries };
  return { base, entries: entries.slice(0, promised.index - base.index) };
}

type Piece = SalvagedLog["pieces"][number];

/** The last entry up to which a log is certainly the one that a piece belongs to; undefined if nothing shows that. */
function meetingOf(log: Part, piece: Piece, marks: SalvagedLog["marks"]): number | undefined {
  const common = piece.findLast((entry) => holds(log, entry));
  if (common !== undefined) return common.index;
  const before = (piece[0]?.index ?? 0) - 1;
  const isMarked = marks.some((mark) => mark.index === before && holds(log, mark));
  return isMarked || (before === 0 && log.base.index === 0) ? before : undefined;
}

function joined({ base, entries }: Part, piece: Piece, after: number): Part["entries"] {
  const first = piece[0]?.index ?? 0;
  const before = entries.slice(0, after - base.index).all();
  return slabsOf(indexAfter(base.index), [...before, ...piece.slice(after + 1 - first)]);
}

/** Whether this entry is in a log, or is its base. */
function holds({ base, entries }: Part, at: LogPosition): boolean {
  if (samePosition(base, at)) return true;
  return entries.termAt(at.index - base.index - 1) === at.term;
}

function later(a: LogPosition, b: LogPosition | undefined): LogPosition {
  return b === undefined || atLeastAsUpToDate(a, b) ? a : b;
}
