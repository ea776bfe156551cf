import {
  atLeastAsUpToDate,
  index,
  MemoryLog,
  TERM_ZERO,
  type Entry,
  type LogPosition,
  type Salvage,
} from "@kontiki/core";
import type { SteppedNode } from "./noteworthy.ts";
import { keyOf } from "./relabel.ts";
import { contentOf, logOf, type ExploredCopy, type ExploredNode } from "./explored-node.ts";

/**
 * A disk that has lost one entry of its log, as recovery leaves it: the log ends before that entry, the horizon is where it ended,
 * and what is intact after the entry is salvaged. Recovery knows the position right before an intact entry, because each batch of a
 * log records it.
 */
export function damagedDisk(disk: ExploredNode["disk"], at: number): ExploredNode["disk"] {
  const { hard, log, horizon, copies = [] } = disk;
  const end = positionOf(log.at(-1));
  const [before, after] = [log.slice(0, at - 1), log.slice(at)];
  const lost = positionOf(log[at - 1]);
  const copy: ExploredCopy = {
    pieces: [before, after].filter((piece) => piece.length > 0),
    marks: at === log.length ? [end] : [lost, end],
    had: log,
  };
  const isLater = horizon !== undefined && !atLeastAsUpToDate(end, horizon);
  return { hard, log: before, horizon: isLater ? horizon : end, copies: [...copies, copy] };
}

/** What the core reads of copies; undefined for none. */
export function salvageOf(
  copies: readonly ExploredCopy[] | undefined,
): Salvage<string> | undefined {
  if (copies === undefined) return undefined;
  return {
    logs: copies.map(({ pieces, marks }) => ({ pieces: pieces.map(pieceOf), marks })),
    snapshots: [],
  };
}

/** Whether a node with a damaged log takes entries that the log did not have, without a leader. */
export function takesForeign(
  { event, before, after, effects }: SteppedNode,
  salvage: readonly ExploredCopy[] = [],
): boolean {
  if (before.state.horizon === undefined) return false;
  const isLed = event.type === "message" && event.message.type === "appendEntries";
  if (isLed || !effects.some(({ type }) => type === "appendLog")) return false;
  const taken = contentOf(after.env.log);
  const isPart = ({ had }: ExploredCopy): boolean =>
    taken.every((entry, at) => keyOf(entry) === keyOf(had[at]));
  return !salvage.some(isPart);
}

function pieceOf(entries: readonly Entry<string>[]): MemoryLog<string> {
  const first = entries[0]?.index ?? 1;
  if (first === 1) return logOf(entries);
  const base = { index: index(first - 1), term: TERM_ZERO };
  return new MemoryLog<string>((command) => command.length, entries, base);
}

function positionOf(entry: Entry<string> | undefined): LogPosition {
  if (entry === undefined) throw new RangeError("only existing entries are lost");
  return { index: entry.index, term: entry.term };
}
