/** One load: how many puts or commands are kept in flight, of how many bytes, and whether logs are synced to a disk. */
export type Cell = {
  readonly durable: boolean;
  readonly outstanding: number;
  readonly payload: number;
};

/** What one run printed: the keys of `kontiki bench --json`. Times are in microseconds or seconds. */
export type Measurement = Cell & {
  readonly peer: string;
  readonly opsPerSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly cpuSeconds: number;
  /** CPU time that other processes took of the machine in the measured window. */
  readonly otherCpuSeconds: number;
  /** Length of the measured window. */
  readonly seconds: number;
  /** False if the members did not all apply the same commands in the end. */
  readonly verified: boolean;
};

/** Which cell a measurement belongs to, as a key of a map. */
export function cellKey({ durable, outstanding, payload }: Cell): string {
  return `${durable ? "durable" : "memory"} ${payload} ${outstanding}`;
}

/** The middle value; of an even number of values the mean of the two in the middle. NaN if there is none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return ((sorted[Math.ceil(half) - 1] ?? NaN) + (sorted[Math.floor(half)] ?? NaN)) / 2;
}

const KEYS = [
  "opsPerSecond",
  "p50Us",
  "p99Us",
  "cpuSeconds",
  "otherCpuSeconds",
  "seconds",
] as const;

/** Reads the line that a program printed. Throws an error that shows what is wrong with it. */
export function measurementOf(line: string, peer: string): Measurement {
  const value: unknown = JSON.parse(line);
  if (typeof value !== "object" || value === null) throw new Error(`${peer} printed ${line}`);
  const read = value as Readonly<Record<string, unknown>>;
  for (const key of [...KEYS, "payload", "outstanding"] as const) {
    if (typeof read[key] !== "number") throw new Error(`${peer} printed no ${key}: ${line}`);
  }
  for (const key of ["durable", "verified"]) {
    if (typeof read[key] !== "boolean") throw new Error(`${peer} printed no ${key}: ${line}`);
  }
  return { ...(read as Measurement), peer };
}
