import { assert, LOG_START } from "@kontiki/core";
import { checkArgument } from "../../options/argument.ts";
import type { Disk } from "../disk/disk.ts";
import { givenDisk } from "../disk/given-disk.ts";
import {
  BATCH_HEADER_BYTES,
  encodeSegmentHeader,
  isSegmentName,
  LOG_BEGIN,
  MAX_BATCH_BYTES,
  SEGMENT_HEADER_BYTES,
  segmentName,
} from "./wal-format.ts";
import { PROMISE_NAME } from "./promise.ts";
import { SEGMENT_BYTES, type WalOptions } from "./wal.ts";

/** The largest file that a log with these settings creates: the size limit for a memory disk. */
export function maxSegmentBytes(options: WalOptions = {}): number {
  const largestBatch = SEGMENT_HEADER_BYTES + BATCH_HEADER_BYTES + MAX_BATCH_BYTES;
  return Math.max(options.segmentBytes ?? SEGMENT_BYTES, largestBatch);
}

/**
 * Creates an empty log: once in the life of a node, when it gets its name.
 *
 * Opening a log never creates one: a node whose log is gone has forgotten what it promised, and must not start again as
 * if it had promised nothing.
 *
 * @throws DiskError when the disk refuses. A crash leaves either no log or an empty one.
 */
export function createWal(disk: Disk): void {
  checkArgument("createWal", "disk", givenDisk, disk);
  assert(!hasWal(disk), "a log is created only once");
  const header = {
    segment: 1,
    previous: LOG_BEGIN,
    begins: true,
    setsAside: 0,
    position: LOG_START,
  };
  disk.create(segmentName(1), encodeSegmentHeader(header));
}

/** Whether a disk holds any part of a log, or a record of one. */
export function hasWal(disk: Disk): boolean {
  return disk.list().some((name) => isSegmentName(name) || name === PROMISE_NAME);
}
