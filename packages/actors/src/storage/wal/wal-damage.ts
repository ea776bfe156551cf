import type { Disk } from "../disk/disk.ts";
import { RecordCursor, RecordError } from "./record-cursor.ts";
import { decodeBatch, findBatch, segmentName, type BatchEnd } from "./wal-format.ts";
import { decodeState, type StateRecord } from "./wal-records.ts";

/** The last whole batch of a damaged log. */
export type LastBatch = { readonly end: BatchEnd; readonly state: StateRecord };

/** The end of what is whole before the damage. */
export type WholeEnd = {
  readonly segment: number;
  readonly length: number;
  readonly last: BatchEnd;
};

/**
 * The last whole batch in these segments behind `from`. Undefined when there is none.
 *
 * Bytes inside a whole batch are never taken for one. In the damaged bytes themselves a batch is known by its checksum,
 * by its own place, and by a sequence that is higher than that of the batches before.
 */
export function lastWholeBatch(
  disk: Disk,
  segments: readonly number[],
  from: WholeEnd,
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
