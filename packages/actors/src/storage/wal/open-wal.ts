import { assert, LOG_START } from "@kontiki/core";
import type { Disk } from "../disk/disk.ts";
import {
  BATCH_HEADER_BYTES,
  encodeSegmentHeader,
  isSegmentName,
  LOG_BEGIN,
  MAX_BATCH_BYTES,
  SEGMENT_HEADER_BYTES,
  segmentName,
} from "./wal-format.ts";
import { SEGMENT_BYTES, type WalOptions } from "./wal.ts";

/** The largest file a log with these settings makes: the bound for a memory disk. */
export function maxSegmentBytes(options: WalOptions = {}): number {
  const largestBatch = SEGMENT_HEADER_BYTES + BATCH_HEADER_BYTES + MAX_BATCH_BYTES;
  return Math.max(options.segmentBytes ?? SEGMENT_BYTES, largestBatch);
}

/**
 * Makes an empty log: done once in the life of a node, by whoever gives the node its name.
 *
 * It is not part of opening one, because a node whose log is gone has forgotten what it promised
 * and must not begin again as if it had promised nothing.
 *
 * @throws DiskError when the disk refuses. A crash leaves either no log or an empty one.
 */
export function createWal(disk: Disk): void {
  assert(!hasWal(disk), "a log is made once");
  const header = { segment: 1, previous: LOG_BEGIN, begins: true, position: LOG_START };
  disk.create(segmentName(1), encodeSegmentHeader(header));
}

/** Whether there is anything of a log on a disk. */
export function hasWal(disk: Disk): boolean {
  return disk.list().some(isSegmentName);
}
