import { assert, INITIAL_HARD_STATE, type Entry, type HardState } from "@kontiki/core";
import type { Disk } from "./disk.ts";
import { KontikiError } from "./errors.ts";
import { RecordError } from "./record-cursor.ts";
import type { CommandBytes, Recovered } from "./storage.ts";
import {
  decodeBatch,
  decodeSegmentHeader,
  findBatch,
  follows,
  isSegmentName,
  LOG_BEGIN,
  LOG_FORMAT,
  SEGMENT_HEADER_BYTES,
  segmentName,
  type BatchEnd,
} from "./wal-format.ts";
import { decodeWrites, type LogWrite } from "./wal-records.ts";

const WAY_OUT =
  "A node that has forgotten a vote or an entry must not come back under its name: restore the " +
  "whole data directory (all nodes, from one copy taken while the cluster was stopped), or begin a " +
  "new cluster in a new folder.";

/**
 * A log that cannot be trusted: bytes that were durable are gone or changed, and they may have been
 * acknowledged. The node must not run from it.
 */
export class DamagedLogError extends KontikiError {
  override readonly name = "DamagedLogError";
  /** The file that is damaged. */
  readonly path: string;
  /** Where in that file, in bytes. */
  readonly offset: number;

  constructor(path: string, offset: number, what: string) {
    super(`the log is damaged: ${path}, byte ${offset}: ${what}. ${WAY_OUT}`);
    this.path = path;
    this.offset = offset;
  }
}

/** A log that a later version of this program wrote. */
export class NewerLogError extends KontikiError {
  override readonly name = "NewerLogError";

  constructor(path: string, format: number) {
    super(
      `${path} has format ${format} and this version reads format ${LOG_FORMAT}: ` +
        "use the version of Kontiki that wrote it, or a later one",
    );
  }
}

/** The end of the log, where writing goes on. */
export type Tail = {
  readonly segment: number;
  /** The length of the last segment up to the end of the last whole batch. */
  readonly length: number;
  readonly last: BatchEnd;
  /** The last batch, from its offset in the last segment; undefined when that holds none. */
  readonly lastBatch: { readonly offset: number; readonly bytes: Uint8Array } | undefined;
};

/**
 * Reads a whole log and changes nothing.
 *
 * A batch is written only after the one before it is durable. So a bad batch with a whole one
 * behind it, or with a later segment, was durable and is damage. With nothing behind it, it is what
 * a crash left of the last write, of which nothing was promised: the torn tail.
 *
 * @throws DamagedLogError where what was durable is not there, and when there is no log at all.
 * @throws NewerLogError when a later version wrote it.
 */
export function readLog(disk: Disk): { readonly recovered: Recovered; readonly tail: Tail } {
  const names = disk.list().filter(isSegmentName);
  const replay = new Replay();
  let tail: Tail | undefined;
  let tornBytes = 0;
  for (let segment = 1; segment <= Math.max(names.length, 1); segment += 1) {
    const name = segmentName(segment);
    const path = disk.pathOf(name);
    if (names[segment - 1] !== name) throw new DamagedLogError(path, 0, "the file is missing");
    const bytes = asBuffer(disk.read(name));
    tail = readSegment({ path, bytes, segment }, tail?.last ?? LOG_BEGIN, replay);
    tornBytes = bytes.length - tail.length;
    if (tornBytes > 0 && segment < names.length) {
      throw new DamagedLogError(path, tail.length, "a batch that a later segment builds on is bad");
    }
  }
  assert(tail !== undefined, "a log has a segment");
  return { recovered: { hard: replay.hard, entries: replay.entries, tornBytes }, tail };
}

type Source = { readonly path: string; readonly bytes: Buffer; readonly segment: number };

function readSegment(source: Source, before: BatchEnd, replay: Replay): Tail {
  const { path, bytes, segment } = source;
  checkHeader(source, before);
  let last = before;
  let offset = SEGMENT_HEADER_BYTES;
  let lastBatch: Tail["lastBatch"];
  while (offset < bytes.length) {
    const batch = decodeBatch(bytes, segment, offset);
    if (batch === undefined) break;
    if (!follows(batch.previous, last)) {
      throw new DamagedLogError(path, offset, "this batch does not follow the one before it");
    }
    try {
      for (const write of decodeWrites(bytes, batch.bodyAt, batch.end)) replay.apply(write);
    } catch (cause) {
      if (!(cause instanceof RecordError)) throw cause;
      throw new DamagedLogError(path, offset, `this batch makes no sense: ${cause.message}`);
    }
    lastBatch = { offset, bytes: bytes.subarray(offset, batch.end) };
    last = batch.last;
    offset = batch.end;
  }
  const later = findBatch(bytes, segment, offset);
  if (later !== undefined) {
    throw new DamagedLogError(path, offset, `bad bytes with a whole batch behind them at ${later}`);
  }
  return { segment, length: offset, last, lastBatch };
}

function checkHeader({ path, bytes, segment }: Source, before: BatchEnd): void {
  const header = decodeSegmentHeader(bytes);
  if (header === undefined) throw new DamagedLogError(path, 0, "the header of the file is bad");
  if (header.format > LOG_FORMAT) throw new NewerLogError(path, header.format);
  if (header.format !== LOG_FORMAT || header.segment !== segment) {
    throw new DamagedLogError(path, 0, `the header belongs to segment ${header.segment}`);
  }
  if (!follows(header.previous, before)) {
    const what = `the log before it ends at batch ${before.sequence}, not ${header.previous.sequence}`;
    throw new DamagedLogError(path, 0, what);
  }
}

/** Does again what the batches say. */
class Replay {
  hard: HardState = INITIAL_HARD_STATE;
  readonly entries: Entry<CommandBytes>[] = [];

  apply(write: LogWrite): void {
    switch (write.type) {
      case "hardState":
        this.hard = write.hard;
        return;
      case "append":
        for (const entry of write.entries) this.#append(entry);
        return;
      case "truncate":
        if (write.after > this.entries.length) throw new RecordError("it cuts what is not there");
        this.entries.length = write.after;
        return;
      default:
        write satisfies never;
    }
  }

  #append(entry: Entry<CommandBytes>): void {
    if (entry.index !== this.entries.length + 1)
      throw new RecordError("it leaves a gap in the log");
    this.entries.push(entry);
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
