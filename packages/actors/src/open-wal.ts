import { assert } from "@kontiki/core";
import type { Disk, DiskFile } from "./disk.ts";
import type { Recovered } from "./storage.ts";
import {
  BATCH_HEADER_BYTES,
  encodeSegmentHeader,
  isSegmentName,
  LOG_BEGIN,
  MAX_BATCH_BYTES,
  SEGMENT_HEADER_BYTES,
  segmentName,
} from "./wal-format.ts";
import { readLog, type Tail } from "./wal-recovery.ts";
import { SEGMENT_BYTES, Wal, type WalOptions } from "./wal.ts";

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
  disk.create(segmentName(1), encodeSegmentHeader(1, LOG_BEGIN));
}

/** Whether there is anything of a log on a disk. */
export function hasWal(disk: Disk): boolean {
  return disk.list().some(isSegmentName);
}

/**
 * Opens a node's log and gives what it holds. On return all of that is durable: what an earlier
 * process wrote and did not live to sync is either cut off (`tornBytes`) or synced now.
 *
 * Commands are views of the segments as read: a command keeps the memory of its segment.
 *
 * @throws DamagedLogError where what was durable is gone (`readLog` says when). Nothing is changed.
 * @throws NewerLogError when a later version wrote the log. Nothing is changed.
 * @throws DiskError when the disk refuses.
 */
export function openWal(
  disk: Disk,
  options: WalOptions = {},
): { readonly wal: Wal; readonly recovered: Recovered } {
  const { recovered, tail } = readLog(disk);
  const file = settleTail(disk, tail, recovered.tornBytes);
  return { wal: new Wal(disk, options, { file, tail, recovered }), recovered };
}

/**
 * Makes what was read durable before anything is built on it: the last batch may be in the cache
 * only, or a sync of it or of the segment's name may have failed. All before it is durable.
 */
function settleTail(disk: Disk, tail: Tail, tornBytes: number): DiskFile {
  const name = segmentName(tail.segment);
  if (tail.lastBatch === undefined) {
    const header = disk.read(name).subarray(0, SEGMENT_HEADER_BYTES);
    disk.create(name, header);
    return disk.open(name);
  }
  const file = disk.open(name);
  if (tornBytes > 0) file.truncate(tail.length);
  file.rewrite(tail.lastBatch.offset, tail.lastBatch.bytes);
  file.sync();
  return file;
}
