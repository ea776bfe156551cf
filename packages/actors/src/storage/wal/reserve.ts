/**
 * Space is reserved for this many batches like the last one, between these bounds: so few syncs change the file's metadata,
 * and a turn that reserves takes at most half a millisecond longer (`test/bench/sync.mjs`).
 */
const RESERVED_BATCHES = 16;
const STEP_BYTES_LEAST = 64 * 1024;
const STEP_BYTES_MOST = 256 * 1024;

/** A larger batch makes its file longer as it is written: nothing is gained by writing its place twice. */
const LARGE_BATCH_BYTES = 32 * 1024;

/**
 * How long the file of a segment should be, with zeros at its end, now that a batch of `batchBytes` has made it `length`
 * bytes long and used up what was reserved. It is `length` when nothing is to be reserved.
 */
export function reservedLength(length: number, batchBytes: number, segmentBytes: number): number {
  if (batchBytes > LARGE_BATCH_BYTES) return length;
  const wanted = Math.max(STEP_BYTES_LEAST, RESERVED_BATCHES * batchBytes);
  return Math.max(length, Math.min(length + Math.min(STEP_BYTES_MOST, wanted), segmentBytes));
}
