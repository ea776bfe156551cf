import { Buffer } from "#platform";
import type { Entry, LogPosition } from "@kontiki/core";
import type { Disk } from "../disk/disk.ts";
import type { CommandBytes, SalvagedLog } from "../storage.ts";
import type { Promised } from "./promise.ts";
import { RecordCursor, RecordError } from "./record-cursor.ts";
import { decodeBatch, findBatch, follows, segmentNumber, type BatchEnd } from "./wal-format.ts";
import { writesOf } from "./log-writes.ts";
import { decodeState, isCut, type LogWrite, type StateRecord } from "./wal-records.ts";

/** An intact batch of a log with damaged parts. */
export type IntactBatch = {
  readonly previous: BatchEnd;
  readonly end: BatchEnd;
  readonly state: StateRecord;
  readonly writes: readonly LogWrite[];
};

/**
 * All intact batches in files of a log, in the order in which they were written.
 *
 * Bytes inside an intact batch are never mistaken for a batch. Within damaged bytes a batch is recognized by its checksum,
 * its recorded position, and a sequence number higher than those of all earlier batches.
 *
 * @param names the files, in the order of their segments. They begin with the name of the segment.
 */
export function intactBatches(
  disk: Pick<Disk, "read">,
  names: readonly string[],
): readonly IntactBatch[] {
  return placedBatches(disk, names).map(({ batch }) => batch);
}

/** An intact batch, and the bytes that hold it. */
export type PlacedBatch = {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly batch: IntactBatch;
};

/** The same as {@link intactBatches}, with their places. */
export function placedBatches(
  disk: Pick<Disk, "read">,
  names: readonly string[],
): readonly PlacedBatch[] {
  const batches: PlacedBatch[] = [];
  for (const name of names) {
    const segment = segmentNumber(name);
    const read = disk.read(name);
    const bytes = Buffer.from(read.buffer, read.byteOffset, read.byteLength);
    let offset = findBatch(bytes, segment, 0);
    while (offset !== undefined) {
      const batch = decodeBatch(bytes, segment, offset);
      if (batch === undefined) break;
      const content = contentOf(bytes, batch.bodyAt, batch.end);
      const isNew = batch.last.sequence > (batches.at(-1)?.batch.end.sequence ?? 0);
      if (content !== undefined && isNew)
        batches.push({
          name,
          from: offset,
          to: batch.end,
          batch: { previous: batch.previous, end: batch.last, ...content },
        });
      offset = findBatch(bytes, segment, batch.end);
    }
  }
  return batches;
}

/**
 * What is intact of a log, and what it is known to have held.
 *
 * A lost batch may have cut the log. The next batch says how often the log was cut before it: if a lost batch did, all that
 * was before it may have been replaced, and is left out.
 *
 * @param promised the last batch that was durable, if that is known otherwise.
 */
export function salvagedLog(
  batches: readonly IntactBatch[],
  promised: Promised | undefined,
): SalvagedLog {
  const log = new SparseLog();
  let last: IntactBatch | undefined;
  for (const batch of batches) {
    if (last === undefined || !follows(batch.previous, last.end)) log.skip(batch.state);
    else log.follow(batch.state);
    for (const write of batch.writes) log.write(write);
    last = batch;
  }
  const isPromised = promised !== undefined && promised.end.sequence > (last?.end.sequence ?? 0);
  // The promise says what came after its batch: it is read like a batch that follows it.
  if (isPromised) log.skip(promised.state);
  const end = isPromised ? promised.state.last : last?.state.last;
  if (end !== undefined) log.mark(end);
  return { pieces: log.pieces, marks: log.marks };
}

/** A log with holes, as batches record it. */
class SparseLog {
  pieces: Entry<CommandBytes>[][] = [];
  marks: LogPosition[] = [];
  /** How often it was cut so far; undefined if that is not known. */
  #cuts: number | undefined;
  /** Whether the last entry of the last piece is the last entry of the log. */
  #isAtEnd = false;

  /** Batches before the one with this state are lost. */
  skip({ before }: StateRecord): void {
    if (before === undefined || before.cuts !== this.#cuts) this.#forget();
    this.#cuts = before?.cuts;
    this.#isAtEnd = before !== undefined && this.#last === before.last.index;
    if (before !== undefined && !this.#isAtEnd) this.mark(before.last);
  }

  /** No batch before the one with this state is lost. */
  follow({ before }: StateRecord): void {
    this.#cuts ??= before?.cuts;
  }

  write(write: LogWrite): void {
    if (isCut(write) && this.#cuts !== undefined) this.#cuts += 1;
    switch (write.type) {
      case "append":
        return this.#append(write.entries);
      case "truncate":
        return this.#truncate(write.after);
      case "compact":
        // What was compacted is committed, and still true.
        return;
      case "reset":
        this.#forget();
        return this.mark(write.base);
      default:
        write satisfies never;
    }
  }

  /** The log held this entry, or another of its entries is there already. */
  mark({ index, term }: LogPosition): void {
    if (index > (this.marks.at(-1)?.index ?? 0)) this.marks.push({ index, term });
  }

  get #last(): number | undefined {
    return this.pieces.at(-1)?.at(-1)?.index;
  }

  #append(entries: readonly Entry<CommandBytes>[]): void {
    const [first] = entries;
    if (first === undefined) return;
    const last = this.#last;
    const piece = this.#isAtEnd ? this.pieces.at(-1) : undefined;
    // Batches that contradict each other are not of one log.
    if (last !== undefined && first.index <= last) this.#forget();
    if (piece === undefined || first.index !== (last ?? 0) + 1) this.pieces.push([...entries]);
    else for (const entry of entries) piece.push(entry);
    this.#isAtEnd = true;
  }

  #truncate(after: LogPosition): void {
    this.pieces = this.pieces
      .map((piece) => piece.filter(({ index }) => index <= after.index))
      .filter((piece) => piece.length > 0);
    this.marks = this.marks.filter(({ index }) => index <= after.index);
    this.#isAtEnd = this.#last === after.index;
    if (!this.#isAtEnd) this.mark(after);
  }

  #forget(): void {
    this.pieces = [];
    this.marks = [];
    this.#isAtEnd = false;
  }
}

function contentOf(
  bytes: Buffer,
  at: number,
  end: number,
): Pick<IntactBatch, "state" | "writes"> | undefined {
  try {
    const cursor = new RecordCursor(bytes, at, end);
    const state = decodeState(cursor);
    return { state, writes: writesOf(cursor) };
  } catch (cause) {
    if (cause instanceof RecordError) return undefined;
    throw cause;
  }
}
