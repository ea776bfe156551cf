/**
 * The bytes of the write-ahead log, format 4, all numbers little-endian.
 *
 * ```text
 * segment header, 52 bytes            batch header, 32 bytes, then the body
 *  0 magic "KTKS"                      0 magic "KTKB"
 *  4 CRC-32 of bytes 8 to 31           4 CRC-32 of bytes 8 to the end of the body
 *  8 format, 4                         8 length of the body
 * 12 number of the segment, from 1    12 number of the segment
 * 16 sequence of its first batch, u64 16 sequence of the batch, u64, from 1
 * 24 CRC of the batch before          24 CRC of the batch before
 * 28 above 0 when the log begins here 28 offset of the batch in the segment
 * 32 index of the entry before, u64
 * 40 term of that entry, u64
 * 48 CRC-32 of bytes 32 to 47
 * ```
 *
 * Each batch and each segment names the end of the batch before it (`BatchEnd`), so what is read as a log was written
 * as one. A batch also records its own position, so that bytes that only look like a batch, such as a command that
 * holds a copy of another log, are not mistaken for one.
 *
 * The first segment of a new or rewritten log is marked as the beginning of the log: earlier segments do not count. The
 * mark is 1, or 1 + K if those are to be kept under the names `NAME.damaged-K`.
 *
 * After its last batch a segment has zeros: space that is reserved for later batches (`segment-tail.ts`). In format 3 it
 * ends there. Format 2 differs from that in the state records.
 *
 * Compaction removes segments from the first on; then the header of the first remaining one is trusted, and the log
 * continues after the entry that it names.
 */

import { Buffer, crc32 } from "#platform";
import { assert, index, term, type LogPosition } from "@kontiki/core";

/** The format that this program writes. Bytes 0 to 31 are the same in all formats. */
export const LOG_FORMAT = 4;

/** The first format in which zeros may follow the last batch of a segment. */
export const RESERVING_LOG_FORMAT = 4;

/** The oldest format that it reads. */
export const OLDEST_LOG_FORMAT = 2;

export const SEGMENT_HEADER_BYTES = 52;
export const BATCH_HEADER_BYTES = 32;

/**
 * The largest body of a batch. A turn writes less: it takes letters until they exceed 8 MiB, and the last of them could
 * hold a whole window of AppendEntries, each with one command of the largest size (16 times 4 MiB).
 */
export const MAX_BATCH_BYTES = 128 * 1024 * 1024;

/** The largest command: see `COMMAND_BYTES_MAX` for what a client may send. */
export const MAX_COMMAND_BYTES = 4 * 1024 * 1024;

/** What links a batch to the one before it. */
export type BatchEnd = { readonly sequence: number; readonly crc: number };

/** Before the first batch. */
export const LOG_BEGIN: BatchEnd = { sequence: 0, crc: 0 };

/** The contents of a segment header. */
export type SegmentHeader = {
  readonly segment: number;
  /** The last batch before it. */
  readonly previous: BatchEnd;
  /** Whether the log begins here, so that earlier segments do not count. */
  readonly begins: boolean;
  /** The number under which earlier segments are set aside; 0 if they are removed. */
  readonly setsAside: number;
  /** The last entry before it. */
  readonly position: LogPosition;
  /** 2 to 4. */
  readonly format: number;
};

/** A batch as read: its checksum matches, and it is at the position that it records. */
export type Batch = {
  readonly previous: BatchEnd;
  readonly last: BatchEnd;
  /** The body is between `bodyAt` and `end` in the segment. */
  readonly bodyAt: number;
  readonly end: number;
};

/** The position of a batch. */
export type Place = {
  readonly segment: number;
  readonly offset: number;
  readonly previous: BatchEnd;
};

/** The part of a segment header that is common to all formats. */
const COMMON_BYTES = 32;
const SEGMENT_MAGIC = Buffer.from("KTKS", "latin1");
const BATCH_MAGIC = Buffer.from("KTKB", "latin1");
const BATCH_MAGIC_NUMBER = BATCH_MAGIC.readUInt32LE();
const SEGMENT_NAME = /^[0-9]{10}\.wal$/;

/** The file name of a segment. */
export function segmentName(segment: number): string {
  return `${String(segment).padStart(10, "0")}.wal`;
}

/** Whether a file name is that of a segment. */
export function isSegmentName(name: string): boolean {
  return SEGMENT_NAME.test(name);
}

/** The number of a segment, from its file name. */
export function segmentNumber(name: string): number {
  return Number.parseInt(name, 10);
}

export function encodeSegmentHeader(written: Omit<SegmentHeader, "format">): Uint8Array {
  const { segment, previous, begins, setsAside, position } = written;
  const header = Buffer.alloc(SEGMENT_HEADER_BYTES);
  SEGMENT_MAGIC.copy(header);
  header.writeUInt32LE(LOG_FORMAT, 8);
  header.writeUInt32LE(segment, 12);
  header.writeBigUInt64LE(BigInt(previous.sequence + 1), 16);
  header.writeUInt32LE(previous.crc, 24);
  header.writeUInt32LE(begins ? 1 + setsAside : 0, 28);
  header.writeUInt32LE(crc32(header.subarray(8, COMMON_BYTES)), 4);
  header.writeBigUInt64LE(BigInt(position.index), 32);
  header.writeBigUInt64LE(BigInt(position.term), 40);
  header.writeUInt32LE(crc32(header.subarray(COMMON_BYTES, 48)), 48);
  return header;
}

/** The format of a segment; undefined if the common part of its header is damaged. */
export function formatOf(bytes: Buffer): number | undefined {
  if (bytes.length < COMMON_BYTES || !SEGMENT_MAGIC.equals(bytes.subarray(0, 4))) return undefined;
  if (crc32(bytes.subarray(8, COMMON_BYTES)) !== bytes.readUInt32LE(4)) return undefined;
  return bytes.readUInt32LE(8);
}

/** Reads the header of a segment; undefined if it is damaged. */
export function decodeSegmentHeader(bytes: Buffer): SegmentHeader | undefined {
  const format = bytes.length < SEGMENT_HEADER_BYTES ? undefined : formatOf(bytes);
  if (format === undefined || format < OLDEST_LOG_FORMAT || format > LOG_FORMAT) return undefined;
  if (crc32(bytes.subarray(COMMON_BYTES, 48)) !== bytes.readUInt32LE(48)) return undefined;
  const sequence = Number(bytes.readBigUInt64LE(16)) - 1;
  const begins = bytes.readUInt32LE(28);
  return {
    segment: bytes.readUInt32LE(12),
    previous: { sequence, crc: bytes.readUInt32LE(24) },
    begins: begins > 0,
    setsAside: Math.max(0, begins - 1),
    format,
    position: {
      index: index(Number(bytes.readBigUInt64LE(32))),
      term: term(Number(bytes.readBigUInt64LE(40))),
    },
  };
}

/**
 * Fills in the header of a batch whose body is already there, after the space for the header. `batch` is header and
 * body, no more. Returns the link for the next batch.
 */
export function sealBatch(batch: Buffer, place: Place): BatchEnd {
  const length = batch.length - BATCH_HEADER_BYTES;
  assert(
    length > 0 && length <= MAX_BATCH_BYTES,
    "a batch is not empty, and is not larger than its bound",
  );
  const sequence = place.previous.sequence + 1;
  batch.writeUInt32LE(BATCH_MAGIC_NUMBER, 0);
  batch.writeUInt32LE(length, 8);
  batch.writeUInt32LE(place.segment, 12);
  // Without a bigint: each turn seals a batch.
  batch.writeUInt32LE(sequence % 2 ** 32, 16);
  batch.writeUInt32LE(Math.floor(sequence / 2 ** 32), 20);
  batch.writeUInt32LE(place.previous.crc, 24);
  batch.writeUInt32LE(place.offset, 28);
  const crc = crc32(batch.subarray(8));
  batch.writeUInt32LE(crc, 4);
  return { sequence, crc };
}

/** Reads the batch at `offset` of a segment; undefined if there is none, or it is damaged. */
export function decodeBatch(bytes: Buffer, segment: number, offset: number): Batch | undefined {
  const bodyAt = offset + BATCH_HEADER_BYTES;
  if (bodyAt > bytes.length || bytes.readUInt32LE(offset) !== BATCH_MAGIC_NUMBER) return undefined;
  if (bytes.readUInt32LE(offset + 12) !== segment) return undefined;
  if (bytes.readUInt32LE(offset + 28) !== offset) return undefined;
  const end = bodyAt + bytes.readUInt32LE(offset + 8);
  if (end > bytes.length) return undefined;
  const crc = bytes.readUInt32LE(offset + 4);
  if (crc32(bytes.subarray(offset + 8, end)) !== crc) return undefined;
  // Without a bigint: a start decodes every batch of the log.
  const sequence = bytes.readUInt32LE(offset + 16) + bytes.readUInt32LE(offset + 20) * 2 ** 32;
  const previous = { sequence: sequence - 1, crc: bytes.readUInt32LE(offset + 24) };
  return { previous, last: { sequence, crc }, bodyAt, end };
}

/** The offset of the first intact batch at or after `from`; undefined if there is none. */
export function findBatch(bytes: Buffer, segment: number, from: number): number | undefined {
  for (
    let at = bytes.indexOf(BATCH_MAGIC, from);
    at !== -1;
    at = bytes.indexOf(BATCH_MAGIC, at + 1)
  ) {
    if (decodeBatch(bytes, segment, at) !== undefined) return at;
  }
  return undefined;
}

/** Whether a batch or segment that names `previous` follows one that ended at `last`. */
export function follows(previous: BatchEnd, last: BatchEnd): boolean {
  return previous.sequence === last.sequence && previous.crc === last.crc;
}
