/** Percentiles of latencies, in ms: each is the least latency that this share of the operations did not exceed. */
export type Percentiles = {
  /** Half of them took no longer. */
  readonly p50: number;
  /** Nine in ten took no longer. */
  readonly p90: number;
  /** 99 in 100 took no longer. */
  readonly p99: number;
  /** The longest. */
  readonly max: number;
};

/** The percentiles of these numbers, by the nearest rank; undefined if there are none. */
export function percentilesOf(numbers: readonly number[]): Percentiles | undefined {
  const sorted = Float64Array.from(numbers).sort();
  const max = sorted.at(-1);
  if (max === undefined) return undefined;
  const at = (share: number): number => sorted[Math.ceil(sorted.length * share) - 1] ?? max;
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max };
}
