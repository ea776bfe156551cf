/** Logs as earlier versions wrote them: format 2, without a promise file. */
import { crc32 } from "node:zlib";
import { RecordCursor } from "../../../../packages/actors/src/storage/wal/record-cursor.ts";
import {
  BATCH_HEADER_BYTES,
  decodeBatch,
  isSegmentName,
  LOG_BEGIN,
  sealBatch,
  SEGMENT_HEADER_BYTES,
  segmentNumber,
  type BatchEnd,
} from "../../../../packages/actors/src/storage/wal/wal-format.ts";
import { decodeState } from "../../../../packages/actors/src/storage/wal/wal-records.ts";
import type { Files } from "./damage.ts";

/** The position of the last entry before the batch, and the count of cuts: the end of a state record of format 3. */
const BEFORE_BYTES = 24;
const STATE_2 = 1;

/** The same log in format 2. It has all its segments. */
export function inFormat2(files: Files): Files {
  let previous = LOG_BEGIN;
  const written: Files = {};
  for (const name of Object.keys(files).sort()) {
    const bytes = Buffer.from(files[name] ?? []);
    if (name.endsWith(".snapshot")) written[name] = bytes;
    if (!isSegmentName(name)) continue;
    const segment = segmentInFormat2(bytes, segmentNumber(name), previous);
    written[name] = Uint8Array.from(segment.bytes);
    previous = segment.last;
  }
  return written;
}

function segmentInFormat2(
  bytes: Buffer,
  segment: number,
  before: BatchEnd,
): { readonly bytes: Buffer; readonly last: BatchEnd } {
  const parts = [headerInFormat2(bytes, before)];
  let length = SEGMENT_HEADER_BYTES;
  let last = before;
  for (let offset = SEGMENT_HEADER_BYTES; ;) {
    const batch = decodeBatch(bytes, segment, offset);
    if (batch === undefined) return { bytes: Buffer.concat(parts), last };
    const body = bytes.subarray(batch.bodyAt, batch.end);
    const sealed = Buffer.concat([Buffer.alloc(BATCH_HEADER_BYTES), bodyInFormat2(body)]);
    last = sealBatch(sealed, { segment, offset: length, previous: last });
    parts.push(sealed);
    length += sealed.length;
    offset = batch.end;
  }
}

function headerInFormat2(bytes: Buffer, { crc }: BatchEnd): Buffer {
  const header = Buffer.from(bytes.subarray(0, SEGMENT_HEADER_BYTES));
  header.writeUInt32LE(2, 8);
  header.writeUInt32LE(crc, 24);
  header.writeUInt32LE(crc32(header.subarray(8, 32)), 4);
  return header;
}

function bodyInFormat2(body: Buffer): Buffer {
  const cursor = new RecordCursor(body, 0, body.length);
  decodeState(cursor);
  const end = body.length - cursor.rest;
  const state = body.subarray(1, end - BEFORE_BYTES);
  return Buffer.concat([Buffer.from([STATE_2]), state, body.subarray(end)]);
}
