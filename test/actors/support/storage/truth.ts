/** What a node's log truly was after each batch, and what may be made of its files once they are damaged. */
import { LOG_START, type LogPosition } from "@kontiki/core";
import { expect } from "vitest";
import { openStorage } from "../../../../packages/actors/src/storage/recovery/open-storage.ts";
import { repair } from "../../../../packages/actors/src/storage/recovery/repair.ts";
import { findSnapshots } from "../../../../packages/actors/src/storage/snapshot/snapshot-reader.ts";
import { createWal } from "../../../../packages/actors/src/storage/wal/open-wal.ts";
import { PROMISE_NAME } from "../../../../packages/actors/src/storage/wal/promise.ts";
import {
  decodeBatch,
  SEGMENT_HEADER_BYTES,
} from "../../../../packages/actors/src/storage/wal/wal-format.ts";
import { DamagedLogError } from "../../../../packages/actors/src/storage/wal/log-errors.ts";
import { readLog } from "../../../../packages/actors/src/storage/wal/wal-recovery.ts";
import { textOfLog, type Files, type SalvagedText } from "./damage.ts";
import { filesOf, frozenDisk, memoryDisk } from "./disks.ts";
import { contentsAfter, EMPTY, textOf, type Batch, type Content, type Write } from "./model.ts";
import { write } from "./writing.ts";

/** All entries that a log holds or has compacted, as text by index, and the batch that wrote each. */
type Entries = ReadonlyMap<number, { readonly text: string; readonly batch: number }>;

/** A log after a batch. */
export type Truth = {
  readonly content: Content;
  readonly entries: Entries;
  /** Whether the batch truncated or emptied it. */
  readonly isCut: boolean;
};

/** A log on disk, what it was after each batch from none on, and the newest snapshot. */
export type Lived = {
  readonly files: Files;
  readonly truths: readonly Truth[];
  readonly snapshot: LogPosition;
  readonly places: ReadonlyMap<number, Place>;
};

/** Writes a log, each batch durable. */
export function lived(batches: readonly Batch[], segmentBytes: number): Lived {
  const disk = memoryDisk();
  createWal(disk);
  const opened = openStorage(disk, { segmentBytes });
  const contents = contentsAfter(batches);
  const truths: Truth[] = [{ content: EMPTY, entries: new Map(), isCut: false }];
  let entries: Entries = new Map();
  for (const [place, batch] of batches.entries()) {
    write(opened, batch);
    const next = batch.reduce((all, part) => entriesAfter(all, part, truths.length), entries);
    entries = next;
    // A repeated vote makes no batch.
    if (opened.storage.flush())
      truths.push({ content: contents[place + 1] ?? EMPTY, entries, isCut: batch.some(isCut) });
    opened.storage.sync();
  }
  const { newest } = opened.snapshots;
  opened.storage.close();
  const files = filesOf(disk);
  return { files, truths, snapshot: newest ?? LOG_START, places: placesIn(files) };
}

function isCut({ type }: Write): boolean {
  return type === "truncate" || type === "install";
}

function entriesAfter(before: Entries, part: Write, batch: number): Entries {
  switch (part.type) {
    case "append":
      return new Map([
        ...before,
        ...part.entries.map((entry) => [entry.index, { text: textOf(entry), batch }] as const),
      ]);
    case "truncate":
      return new Map([...before].filter(([at]) => at <= part.after));
    case "install":
      return new Map();
    default:
      return before;
  }
}

export type Place = { readonly name: string; readonly offset: number; readonly end: number };

/** Where each batch is, by its sequence number. */
export function placesIn(files: Files): ReadonlyMap<number, Place> {
  const places = new Map<number, Place>();
  for (const [name, bytes] of Object.entries(files)) {
    if (!name.endsWith(".wal")) continue;
    const segment = Number.parseInt(name, 10);
    for (let offset = SEGMENT_HEADER_BYTES; ;) {
      const batch = decodeBatch(Buffer.from(bytes), segment, offset);
      if (batch === undefined) break;
      places.set(batch.last.sequence, { name, offset, end: batch.end });
      offset = batch.end;
    }
  }
  return places;
}

type Outcome = {
  readonly found: Omit<Content, "snapshot">;
  readonly salvage: SalvagedText | undefined;
};

/** What a node with these files continues with, or that it refuses to start. */
function outcome(files: Files): Outcome | "refused" {
  try {
    const disk = frozenDisk(files);
    const { content, copy } = repair(readLog(disk), findSnapshots(disk).newest);
    const found = { ...content, entries: content.entries.all().map(textOf) };
    return { found, salvage: copy && textOfLog(copy) };
  } catch (cause) {
    if (cause instanceof DamagedLogError) return "refused";
    throw cause;
  }
}

/**
 * Checks what a node makes of damaged files of a log. Snapshots are intact.
 *
 * - With a promise file, or an intact batch after the damage, it knows its term, vote and last entry.
 * - Without a horizon, its log is the true one. With one, that is the last entry of the true log.
 * - All pieces and marks are of the true log, and nothing is left out that certainly is.
 */
export function checkDamaged(log: Lived, files: Files): void {
  const { places } = log;
  const isIntact = (sequence: number): boolean => {
    const { name = "", offset = 0, end = 0 } = places.get(sequence) ?? {};
    const [before, after] = [log.files[name], files[name]].map((bytes) =>
      bytes === undefined ? undefined : Buffer.from(bytes.subarray(offset, end)),
    );
    return before !== undefined && after !== undefined && before.equals(after);
  };
  const intact = [...places.keys()].filter(isIntact);
  const total = log.truths.length - 1;
  const newest = Math.max(0, ...intact);
  const result = outcome(files);
  if (result === "refused") {
    expectSame([PROMISE_NAME in files, newest < total], [false, true]);
    return;
  }
  const durable = PROMISE_NAME in files ? total : newest;
  const truth: Truth = log.truths[durable] ?? { content: EMPTY, entries: new Map(), isCut: false };
  const isLost = (sequence: number): boolean => sequence <= durable && !intact.includes(sequence);
  checkFound(log, truth, result);
  if (result.salvage === undefined) return;
  const lastCut = log.truths.findLastIndex(({ isCut }, sequence) => isCut && isLost(sequence));
  const certain = [...truth.entries].filter(
    ([, entry]) => entry.batch > lastCut && !isLost(entry.batch),
  );
  checkSalvage(log, truth, result.salvage, new Map(certain));
  if (lastCut === -1) checkLongest(log, result, new Map(certain));
}

function checkFound(
  { snapshot }: Lived,
  { content, entries }: Truth,
  { found, salvage }: Outcome,
): void {
  const last = lastOf(content);
  const hard =
    snapshot.term > content.hard.term ? { term: snapshot.term, votedFor: undefined } : content.hard;
  expectSame(found.hard, hard);
  const kept = found.entries.slice(snapshot.index - found.base.index);
  if (found.horizon === undefined) {
    const rest = [...entries].filter(([at]) => at > snapshot.index).map(([, { text }]) => text);
    // A log that does not contain the snapshot's last entry is emptied.
    const isKept = holds(content, entries, snapshot);
    expectSame(kept, isKept ? rest : []);
    return;
  }
  expectSame(found.horizon, { index: last.index, term: last.term });
  expectSame([last.index > snapshot.index, salvage !== undefined], [true, true]);
}

function holds({ base }: Content, entries: Entries, at: LogPosition): boolean {
  if (at.index === base.index && at.term === base.term) return true;
  return entries.get(at.index)?.text.startsWith(`${at.index}@${at.term} `) ?? false;
}

function checkSalvage(
  log: Lived,
  truth: Truth,
  { pieces, marks }: SalvagedText,
  certain: Entries,
): void {
  expectSame(
    pieces.flat(),
    [...certain.values()].map(({ text }) => text),
  );
  const last = lastOf(truth.content);
  const positions = new Set([...truth.entries.values()].map(({ text }) => text.split(" ")[0]));
  const bases = log.truths.map(({ content: { base } }) => `${base.index}@${base.term}`);
  expectSame(
    marks.filter((mark) => !positions.has(mark) && !bases.includes(mark)),
    [],
  );
  const indexes = marks.map((mark) => Number.parseInt(mark, 10));
  expectSame(
    indexes,
    [...new Set(indexes)].sort((a, b) => a - b),
  );
  expectSame(marks.at(-1), last.index === 0 ? undefined : `${last.index}@${last.term}`);
}

/**
 * All that is intact after the snapshot, up to the first lost entry, is in the log. Where the log was replaced by entries that
 * are lost, it is what was there before.
 */
function checkLongest({ snapshot, truths }: Lived, { found }: Outcome, certain: Entries): void {
  const after = (entries: Entries): string[] => {
    const rest: string[] = [];
    for (let at = snapshot.index + 1; entries.has(at); at += 1)
      rest.push(entries.get(at)?.text ?? "");
    return rest;
  };
  const kept = found.entries.slice(snapshot.index - found.base.index);
  const [first] = kept;
  const isReplaced = first !== undefined && certain.get(snapshot.index + 1)?.text !== first;
  if (isReplaced) expect(truths.map(({ entries }) => after(entries))).toContainEqual(kept);
  else expectSame(kept, after(certain));
}

/** Plain data is equal when its text is. To make a matcher takes as long as to read a damaged log. */
function expectSame(found: unknown, expected: unknown): void {
  if (JSON.stringify(found) !== JSON.stringify(expected)) expect(found).toEqual(expected);
}

function lastOf({ base, entries }: Pick<Content, "base" | "entries">): LogPosition {
  const [, at, of] = /^([0-9]+)@([0-9]+) /.exec(entries.at(-1) ?? "") ?? [];
  if (at === undefined) return { index: base.index, term: base.term };
  return { index: Number(at), term: Number(of) } as LogPosition;
}
