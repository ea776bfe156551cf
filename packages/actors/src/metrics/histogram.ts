/** How long something took, as counts by duration. Durations are in seconds, as Prometheus has them. */
export type Histogram = {
  /** The upper bounds of the buckets in ascending order; a bound belongs to its bucket. */
  readonly bounds: readonly number[];
  /** How often each bucket was hit; the last one, after all bounds, has what took longer. */
  readonly counts: readonly number[];
  /** How often it happened. */
  readonly count: number;
  /** How long all of it took together. */
  readonly sum: number;
};

/**
 * The bounds of all histograms: powers of two from 1/64 ms to 8,192 ms. From 1 ms on they are those of etcd's
 * `etcd_disk_wal_fsync_duration_seconds`; the finer ones are for turns, and for disks in memory.
 */
export const BOUNDS: readonly number[] = Array.from(
  { length: 20 },
  (_, at) => 2 ** (at - 6) / 1000,
);

/** The number of finest units in a millisecond, and in the last bound. */
const PER_MS = 64;
const UNITS_MAX = 2 ** (BOUNDS.length - 1);

/** Cells of a histogram: its counts, and the sum in ms. */
export const HISTOGRAM_CELLS = BOUNDS.length + 2;

const SUM = BOUNDS.length + 1;

/** Counts a duration in the cells from `at` on. Allocates nothing. */
export function observe(cells: Float64Array, at: number, ms: number): void {
  const bucket = at + bucketOf(ms);
  cells[bucket] = (cells[bucket] ?? 0) + 1;
  cells[at + SUM] = (cells[at + SUM] ?? 0) + ms;
}

/** The histogram in the cells from `at` on. */
export function histogramIn(cells: Float64Array, at: number): Histogram {
  const counts = [...cells.subarray(at, at + SUM)];
  const count = counts.reduce((sum, each) => sum + each, 0);
  return { bounds: BOUNDS, counts, count, sum: (cells[at + SUM] ?? 0) / 1000 };
}

/** The first bucket whose bound is not below a duration. */
function bucketOf(ms: number): number {
  const units = Math.ceil(ms * PER_MS);
  if (units <= 1) return 0;
  if (units > UNITS_MAX) return BOUNDS.length;
  return 32 - Math.clz32(units - 1);
}
