import { Buffer } from "#platform";
import { LOG_START, type LogPosition } from "@kontiki/core";
import type { Disk } from "../disk/disk.ts";
import { NewerLogError, OlderLogError } from "./log-errors.ts";
import {
  decodeSegmentHeader,
  formatOf,
  isSegmentName,
  LOG_BEGIN,
  LOG_FORMAT,
  OLDEST_LOG_FORMAT,
  SEGMENT_HEADER_BYTES,
  segmentNumber,
  type BatchEnd,
  type SegmentHeader,
} from "./wal-format.ts";

/** An existing segment: its number, and its header unless that is damaged. */
export type Segment = { readonly number: number; readonly header: SegmentHeader | undefined };

/** The segments of a log, in order. @throws NewerLogError, OlderLogError when another version wrote one. */
export function segmentsOf(disk: Disk): readonly Segment[] {
  const names = disk.list().filter(isSegmentName);
  return names.map((name) => {
    const bytes = asBuffer(disk.readRange(name, 0, SEGMENT_HEADER_BYTES));
    const format = formatOf(bytes) ?? LOG_FORMAT;
    if (format > LOG_FORMAT) throw new NewerLogError(disk.pathOf(name), format);
    if (format < OLDEST_LOG_FORMAT) throw new OlderLogError(disk.pathOf(name), format);
    return { number: segmentNumber(name), header: decodeSegmentHeader(bytes) };
  });
}

/** The last batch before a segment. */
export function endBefore({ header }: Segment): BatchEnd {
  return header?.previous ?? LOG_BEGIN;
}

/** The last entry before a segment. */
export function positionBefore({ header }: Segment): LogPosition {
  return header?.position ?? LOG_START;
}

/**
 * The least batch that a log which begins with this segment ends with. Batches before it were removed because a later one is
 * durable.
 */
export function leastEnd(first: Segment): number {
  const { sequence } = endBefore(first);
  return sequence === LOG_BEGIN.sequence ? sequence : sequence + 1;
}

/** The same bytes as a `Buffer`. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
