import type { Buffer } from "#platform";
import { DamagedLogError, type Damage } from "./log-errors.ts";
import type { Segment } from "./log-segments.ts";
import { RecordCursor, RecordError } from "./record-cursor.ts";
import { readTail } from "./segment-tail.ts";
import {
  decodeBatch,
  follows,
  LOG_BEGIN,
  LOG_FORMAT,
  SEGMENT_HEADER_BYTES,
  type BatchEnd,
} from "./wal-format.ts";
import type { Replay } from "./wal-replay.ts";

/** The end of the log, where writing continues. */
export type Tail = {
  readonly segment: number;
  /** The length of the last segment up to the end of the last intact batch. */
  readonly length: number;
  /** The length of the last segment with the zeros after that: the space that is reserved. */
  readonly reserved: number;
  readonly last: BatchEnd;
  /** The last batch and its offset in the last segment; undefined if that segment holds none. */
  readonly lastBatch: { readonly offset: number; readonly bytes: Uint8Array } | undefined;
  /** Whether the segment has an older format, so that nothing more may be written into it. */
  readonly isFull: boolean;
};

/** The intact part of a segment. */
export type SegmentRead = {
  /** Whether it has another batch in the place of the known one. */
  readonly isOther: boolean;
  readonly tail: Tail;
  readonly damage: Damage | undefined;
  readonly tornBytes: number;
};

/** A segment whose header is intact and follows the segments before it. */
export type PlacedSegment = Segment & {
  readonly path: string;
  /** The last batch before it, if one was read. */
  readonly before: BatchEnd | undefined;
  readonly isLast: boolean;
  /** A batch that this log has if it is as long; undefined if none is known. */
  readonly known: BatchEnd | undefined;
};

/**
 * Repeats the batches of a segment up to its end, or to the first one that is not intact.
 *
 * @param bytes of the whole file. They are needed no more on return, except by the last batch of the `Tail`.
 * @throws DamagedLogError when a batch whose checksum matches does not belong there, or is not one of this program.
 */
export function readSegment(bytes: Buffer, segment: PlacedSegment, replay: Replay): SegmentRead {
  const { number, header, path, isLast } = segment;
  const { last, lastAt, offset, isOther } = replayBatches(bytes, segment, replay);
  const format = header?.format ?? LOG_FORMAT;
  const { what, tornBytes } = readTail(bytes, { segment: number, offset, format, isLast });
  const damage = what === undefined ? undefined : { path, offset, what };
  const isFull = format < LOG_FORMAT;
  const reserved = tornBytes === 0 ? bytes.length : offset;
  const lastBatch =
    lastAt === undefined ? undefined : { offset: lastAt, bytes: bytes.subarray(lastAt, offset) };
  const tail = { segment: number, length: offset, reserved, last, lastBatch, isFull };
  return { isOther, tail, damage, tornBytes };
}

/** Where the intact batches end, and the last of them. */
type Batches = {
  readonly last: BatchEnd;
  /** Undefined if there is none. */
  readonly lastAt: number | undefined;
  readonly offset: number;
  readonly isOther: boolean;
};

function replayBatches(
  bytes: Buffer,
  { number, header, path, before, known }: PlacedSegment,
  replay: Replay,
): Batches {
  const cursor = new RecordCursor(bytes, 0, 0);
  let last = before ?? header?.previous ?? LOG_BEGIN;
  let offset = SEGMENT_HEADER_BYTES;
  let lastAt: number | undefined;
  let isOther = false;
  while (offset < bytes.length) {
    const batch = decodeBatch(bytes, number, offset);
    if (batch === undefined) break;
    if (!follows(batch.previous, last)) {
      const what = "this batch does not follow the one before it";
      throw new DamagedLogError({ path, offset, what });
    }
    try {
      cursor.move(batch.bodyAt, batch.end);
      replay.apply(cursor, number);
    } catch (cause) {
      if (!(cause instanceof RecordError)) throw cause;
      const what = `this batch is invalid: ${cause.message}`;
      throw new DamagedLogError({ path, offset, what });
    }
    lastAt = offset;
    last = batch.last;
    offset = batch.end;
    if (last.sequence === known?.sequence) isOther = last.crc !== known.crc;
  }
  return { last, lastAt, offset, isOther };
}
