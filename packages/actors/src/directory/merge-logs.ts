import {
  agreementOf,
  atLeastAsUpToDate,
  endOf,
  indexAfter,
  knownTerms,
  LOG_START,
  minIndex,
  pieceAt,
  positionOf,
  sameSnapshot,
  type Entry,
  type Index,
  type LogCopy,
  type LogPosition,
  type Snapshot,
  type Term,
} from "@kontiki/core";
import type { LogSource } from "./log-source.ts";
import { readSnapshot } from "./merge-snapshot.ts";
import { salvageOf } from "../storage/salvaged.ts";
import type { CommandBytes } from "../storage/storage.ts";

/** Entries, and the folder of the disk that has them intact. */
export type EntriesFrom = {
  /** The first one. */
  readonly from: Index;
  /** The last one. */
  readonly to: Index;
  /** The name of the node's folder. */
  readonly disk: string;
};

/** Entries that a disk has intact, or is known to have had, and that are not part of the merged log. */
export type LeftOut = EntriesFrom & {
  /** `another log`: entries of a later term are there instead. `after a gap`: an entry before them is lost. */
  readonly why: "another log" | "after a gap";
};

/** A log that was made of several disks. */
export type MergedLog = {
  /** The snapshot that it begins with; undefined if it begins with entry 1. */
  readonly snapshot: Snapshot | undefined;
  /** All entries after the snapshot. */
  readonly entries: readonly Entry<CommandBytes>[];
  /** The same entries, by the disks that they are from. */
  readonly parts: readonly EntriesFrom[];
  /** Its last position. */
  readonly last: LogPosition;
  /** Entries that the log is known to have had: no disk has the first one intact. */
  readonly lost: { readonly from: Index; readonly to: Index } | undefined;
  readonly leftOut: readonly LeftOut[];
};

type Copy = { readonly name: string; readonly copy: LogCopy<CommandBytes> };
type Candidate = Pick<MergedLog, "entries" | "parts" | "last" | "lost">;

/**
 * Makes the log that an election among all these disks would choose, of everything that is intact on any of them.
 *
 * The log begins with the newest snapshot, whose entries are committed. It continues with entries that certainly belong to
 * one log: a copy gives an entry only if it is certainly the same log up to there (see `knownThrough`). This is tried for
 * each log that is known. Of the results the most up-to-date one counts (§5.4.1): with it every committed entry is kept that
 * is intact on some disk, together with all entries before it.
 */
export function mergeLogs(sources: readonly LogSource[]): MergedLog {
  const snapshot = newestSnapshot(sources);
  const base = snapshot === undefined ? LOG_START : positionOf(snapshot);
  const copies = sources.flatMap(({ name, copies: own }) => own.map((copy) => ({ name, copy })));
  let best: Candidate = { entries: [], parts: [], last: base, lost: undefined };
  for (const { copy } of copies) {
    const found = candidate(copy, base, copies);
    if (found !== undefined && isBetter(found, best)) best = found;
  }
  return { snapshot, ...best, leftOut: leftOutOf(best, base, copies) };
}

/** Intact on one disk, or part by part on several ones. */
function newestSnapshot(sources: readonly LogSource[]): Snapshot | undefined {
  const all = sources.flatMap(({ snapshot, partial }) => [
    ...(snapshot === undefined ? [] : [snapshot]),
    ...partial,
  ]);
  const newestFirst = all.toSorted((one, other) => other.index - one.index);
  return newestFirst.find(
    (snapshot) =>
      sources.some((source) => source.snapshot && sameSnapshot(source.snapshot, snapshot)) ||
      readSnapshot(snapshot, sources, () => {}),
  );
}

/** As much of this log after `base` as is intact on any disk; undefined if it may not continue `base`. */
function candidate(
  log: LogCopy<CommandBytes>,
  base: LogPosition,
  copies: readonly Copy[],
): Candidate | undefined {
  const known = knownThrough(log, copies);
  const end = endOf(log);
  const isAfter =
    base.index === 0 || agreementOf({ pieces: [], marks: [base] }, known) === base.index;
  if (!isAfter || end.index <= base.index) return undefined;
  const agreed = copies.map(({ name, copy }) => ({ name, copy, upTo: agreementOf(copy, known) }));
  const entries: Entry<CommandBytes>[] = [];
  const parts: EntriesFrom[] = [];
  let next = indexAfter(base.index);
  for (;;) {
    const part = partAt(agreed, next);
    if (part === undefined) break;
    for (const entry of part.entries) entries.push(entry);
    const to = part.entries.at(-1)?.index ?? next;
    parts.push({ from: next, to, disk: part.name });
    next = indexAfter(to);
  }
  const last = entries.at(-1);
  return {
    entries,
    parts,
    last: last === undefined ? base : { index: last.index, term: last.term },
    lost: next > end.index ? undefined : { from: next, to: end.index },
  };
}

/**
 * The positions that a log certainly held: those that are known of itself, and those of every copy up to where it is the same log
 * (Log Matching, §5.3). These may show that a further copy is the same, and so on. One for each term, ascending.
 */
function knownThrough(log: LogCopy<CommandBytes>, copies: readonly Copy[]): readonly LogPosition[] {
  let known = knownTerms(log);
  for (;;) {
    const shared = copies.flatMap(({ copy }) => {
      const upTo = agreementOf(copy, known);
      return knownTerms(copy).filter(({ index }) => index <= upTo);
    });
    const all = lastOfEachTerm([...known, ...shared]);
    if (all.length === known.length && all.every(({ index }, at) => index === known[at]?.index))
      return known;
    known = all;
  }
}

function lastOfEachTerm(positions: readonly LogPosition[]): readonly LogPosition[] {
  const lasts = new Map<Term, LogPosition>();
  for (const position of positions)
    if (position.index > (lasts.get(position.term)?.index ?? 0)) lasts.set(position.term, position);
  return [...lasts.values()].toSorted((one, other) => one.index - other.index);
}

/** The longest run of entries from `first` on that one copy gives. */
function partAt(
  agreed: readonly (Copy & { readonly upTo: Index })[],
  first: Index,
): { readonly name: string; readonly entries: readonly Entry<CommandBytes>[] } | undefined {
  let best: { name: string; entries: readonly Entry<CommandBytes>[] } | undefined;
  for (const { name, copy, upTo } of agreed) {
    const piece = upTo < first ? undefined : pieceAt(copy.pieces, first);
    if (piece === undefined) continue;
    const to = minIndex(upTo, piece.lastIndex);
    if (to - first + 1 <= (best?.entries.length ?? 0)) continue;
    best = { name, entries: piece.slice(first, to, Number.MAX_SAFE_INTEGER) };
  }
  return best;
}

/** Of two that end alike, the one whose log is known to have been longer: what it lost is worth knowing. */
function isBetter(found: Candidate, best: Candidate): boolean {
  if (!atLeastAsUpToDate(found.last, best.last)) return false;
  return !atLeastAsUpToDate(best.last, found.last) || (found.lost?.to ?? 0) > (best.lost?.to ?? 0);
}

/** What other logs have, or had, after the part that they have in common with the chosen one. */
function leftOutOf(
  { entries, last }: Candidate,
  base: LogPosition,
  copies: readonly Copy[],
): readonly LeftOut[] {
  const [chosen] = salvageOf({
    logs: [{ pieces: entries.length === 0 ? [] : [entries], marks: [base, last] }],
    snapshots: [],
  }).logs;
  const known = chosen === undefined ? [] : knownTerms(chosen);
  const all = copies.flatMap(({ name, copy }) => {
    const agreed = Math.max(agreementOf(copy, known), base.index);
    const rest = copy.pieces.filter(({ lastIndex }) => lastIndex > agreed);
    return rest.map(({ firstIndex, lastIndex }): LeftOut => {
      const from = Math.max(firstIndex, agreed + 1) as Index;
      const why = from <= last.index ? "another log" : "after a gap";
      return { from, to: lastIndex, disk: name, why };
    });
  });
  const keys = all.map(({ disk, from, to }) => `${disk} ${from} ${to}`);
  return all.filter((_, at) => keys.indexOf(keys[at] ?? "") === at);
}
