import type { Buffer } from "#platform";
import { findBatch, RESERVING_LOG_FORMAT } from "./wal-format.ts";

/** What is after the last intact batch that can be read of a segment. */
export type SegmentTail = {
  /** Why it was durable, so that it is damage; undefined if it is a torn write, reserved space, or nothing. */
  readonly what: string | undefined;
  /** How many of these bytes are not reserved space: in a last segment, those of a torn write. */
  readonly tornBytes: number;
};

/**
 * Tells apart what may be after the last intact batch of a segment.
 *
 * A loss of power in a write over reserved zeros leaves any subset of its sectors: all of them zeros, or zeros with some
 * of the batch after them, a beginning with zeros after it, and so on. A batch is written only after the one before it is
 * durable, so at most one batch of a log, the last one, is in such a state. Therefore:
 *
 * - An intact batch anywhere after these bytes proves that they were durable: they are damage, also if they are zeros. It counts
 *   only at the place that it records: a whole batch elsewhere, which a device that misplaces a write may leave, proves nothing.
 *   A crash of ours leaves none after a gap: the next batch is written after the sync of this one, what is torn is cut off and
 *   that is synced before the next write, what is reserved is zeros, and no segment gets the number of an earlier one.
 * - So does a later segment, if they are not all zeros: what is torn is removed before anything else is written. (If they are zeros,
 *   the header of that segment says which batch was the last one here, and shows if any are missing.)
 * - Otherwise, bytes that are not zeros are what is left of the last write, also after any number of zeros. Nothing was
 *   promised of it. All of it is to be removed, so that no later write ends among its rest.
 * - All zeros are reserved space. They may be a lost write as well, of which nothing is left to remove.
 *
 * None of this looks at the promise file: if that names a later batch than the last one here, the end of the log is
 * damaged, whatever these bytes are. In a segment of format 3 or earlier nothing is reserved: there zeros are a torn write.
 */
export function readTail(
  bytes: Buffer,
  place: {
    readonly segment: number;
    readonly offset: number;
    readonly format: number;
    readonly isLast: boolean;
  },
): SegmentTail {
  const { segment, offset, format, isLast } = place;
  const end = format >= RESERVING_LOG_FORMAT ? endOfContent(bytes, offset) : bytes.length;
  const tornBytes = end - offset;
  if (tornBytes === 0) return { what: undefined, tornBytes };
  const later = findBatch(bytes, segment, offset);
  if (later !== undefined)
    return { what: `bad bytes, followed by an intact batch at ${later}`, tornBytes };
  return { what: isLast ? undefined : "bad bytes, followed by another segment", tornBytes };
}

/** The end of the last byte at or after `from` that is not zero; `from` if there is none. */
export function endOfContent(bytes: Uint8Array, from: number): number {
  let end = bytes.length;
  while (end > from && bytes[end - 1] === 0) end -= 1;
  return end;
}
