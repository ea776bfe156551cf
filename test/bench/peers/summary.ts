import { cellKey, median, type Cell, type Measurement } from "./measurement.ts";
import { isNoisy } from "./measure.ts";

/** What several runs of a peer in a cell gave: medians, and the range of the rates. */
export type Summary = {
  readonly runs: number;
  readonly opsPerSecond: number;
  readonly least: number;
  readonly most: number;
  readonly p50Us: number;
  readonly p99Us: number;
  /** CPU time of an operation, in microseconds. */
  readonly cpuUs: number;
  readonly verified: boolean;
  /** How many of the runs were measured while the machine was busy with something else. */
  readonly noisy: number;
};

/** Summaries by peer and cell. */
export class Summaries {
  readonly peers: readonly string[];
  readonly cells: readonly Cell[];
  readonly #measured = new Map<string, Measurement[]>();

  constructor(measurements: readonly Measurement[]) {
    const cells = new Map<string, Cell>();
    for (const measurement of measurements) {
      cells.set(cellKey(measurement), measurement);
      const key = `${measurement.peer} ${cellKey(measurement)}`;
      this.#measured.set(key, [...(this.#measured.get(key) ?? []), measurement]);
    }
    this.peers = [...new Set(measurements.map(({ peer }) => peer))];
    this.cells = [...cells.values()];
  }

  /** Of a peer in a cell; nothing if it was not measured there. */
  of(peer: string, cell: Cell): Summary | undefined {
    const runs = this.#measured.get(`${peer} ${cellKey(cell)}`);
    return runs === undefined ? undefined : summaryOf(runs);
  }
}

function summaryOf(runs: readonly Measurement[]): Summary {
  const rates = runs.map(({ opsPerSecond }) => opsPerSecond);
  return {
    runs: runs.length,
    opsPerSecond: median(rates),
    least: Math.min(...rates),
    most: Math.max(...rates),
    p50Us: median(runs.map(({ p50Us }) => p50Us)),
    p99Us: median(runs.map(({ p99Us }) => p99Us)),
    cpuUs: median(runs.map((run) => (run.cpuSeconds / run.seconds / run.opsPerSecond) * 1e6)),
    verified: runs.every(({ verified }) => verified),
    noisy: runs.filter(isNoisy).length,
  };
}
