import {
  atLeastAsUpToDate,
  index,
  lastPosition,
  MemoryLog,
  type Entry,
  type LogCopy,
  type LogPiece,
  type LogPosition,
} from "@kontiki/core";
import { contentOf, type Command } from "./core.ts";
import type { Disk } from "./server.ts";

/**
 * A disk whose log has lost some entries, as recovery leaves it: the log ends before the first of them, its horizon is where
 * it ended, and what is intact is salvaged. Entries that a snapshot covers are not needed and are never lost.
 */
export function damaged(disk: Disk, isLost: (at: number) => boolean): Disk {
  const { hard, log, horizon } = disk.image;
  const base = disk.files.at(-1)?.snapshot.index ?? 0;
  const entries = contentOf(log);
  const lost = (at: number): boolean => at > base && isLost(at);
  const first = entries.find((entry) => lost(entry.index));
  if (first === undefined) return disk;
  const cut = log.snapshot();
  cut.truncate(index(first.index - 1));
  const end = lastPosition(log);
  const known = horizon !== undefined && !atLeastAsUpToDate(end, horizon) ? horizon : end;
  const copy = copyOf(entries, lost, end);
  return {
    ...disk,
    image: { hard, log: cut, horizon: known },
    salvage: [...disk.salvage, copy],
  };
}

/** The runs of intact entries, and the positions right before each of them and at the end. */
function copyOf(
  entries: readonly Entry<Command>[],
  isLost: (at: number) => boolean,
  end: LogPosition,
): LogCopy<Command> {
  const runs: Entry<Command>[][] = [];
  const marks: LogPosition[] = [];
  let before: Entry<Command> | undefined;
  for (const entry of entries) {
    const follows = before !== undefined && !isLost(before.index);
    if (!isLost(entry.index) && follows) runs.at(-1)?.push(entry);
    if (!isLost(entry.index) && !follows) {
      runs.push([entry]);
      if (before !== undefined) marks.push({ index: before.index, term: before.term });
    }
    before = entry;
  }
  return { pieces: runs.map(pieceOf), marks: [...marks, end] };
}

function pieceOf(entries: readonly Entry<Command>[]): LogPiece<Command> {
  const first = entries[0]?.index ?? 1;
  const base = { index: index(first - 1), term: 0 as LogPosition["term"] };
  return new MemoryLog<Command>((command) => command.length, entries, base);
}
