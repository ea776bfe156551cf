import type { Disk } from "../disk/disk.ts";
import { RecordCursor, RecordError } from "./record-cursor.ts";
import { decodeBatch, findBatch, segmentName, type BatchEnd } from "./wal-format.ts";
import { decodeState, type StateRecord } from "./wal-records.ts";

/** The last intact batch of a damaged log. */
export type LastBatch = { readonly end: BatchEnd; readonly state: StateRecord };

/** The end of the intact part before the damage. */
export type IntactEnd = {
  readonly segment: number;
  readonly length: number;
  readonly last: BatchEnd;
};

/**
 * The last intact batch in these segments after `from`. Undefined if there is none.
 *
 * Bytes inside an intact batch are never mistaken for a batch. Within the damaged bytes a batch is recognized by its
 * checksum, its recorded position, and a sequence number higher than those of all earlier batches.
 */
export function lastIntactBatch(
  disk: Disk,
  segments: readonly number[],
  from: IntactEnd,
): LastBatch | undefined {
  let last: LastBatch | undefined;
  for (const segment of segments) {
    const read = disk.read(segmentName(segment));
    const bytes = Buffer.from(read.buffer, read.byteOffset, read.byteLength);
    let offset = findBatch(bytes, segment, segment === from.segment ? from.length : 0);
    while (offset !== undefined) {
      const batch = decodeBatch(bytes, segment, offset);
      if (batch === undefined) break;
      if (batch.last.sequence > (last?.end ?? from.last).sequence) {
        const state = stateOf(bytes, batch.bodyAt, batch.end);
        if (state !== undefined) last = { end: batch.last, state };
      }
      offset = findBatch(bytes, segment, batch.end);
    }
  }
  return last;
}

function stateOf(bytes: Buffer, at: number, end: number): StateRecord | undefined {
  try {
    return decodeState(new RecordCursor(bytes, at, end));
  } catch (cause) {
    if (cause instanceof RecordError) return undefined;
    throw cause;
  }
}
