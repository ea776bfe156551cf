import { STEP_COUNTS, type StepCount } from "./step-counts.ts";

/** What a node of an experiment counts besides the steps of its core. */
const OTHER_COUNTS = [
  "recoveries.torn",
  "recoveries.damaged",
  "recoveries.horizon",
  "repeats",
  "throws",
  "refusals",
] as const;

/** What each node of an experiment counts, by the names of the counts of a run. */
export const EXPERIMENT_COUNTS: readonly ExperimentCount[] = [...STEP_COUNTS, ...OTHER_COUNTS];

/** The name of such a count. */
export type ExperimentCount = StepCount | (typeof OTHER_COUNTS)[number];

/** The cell after the counts: the last entry of which commands were counted. */
const COUNTED_TO = EXPERIMENT_COUNTS.length;

const CELL_OF = new Map(EXPERIMENT_COUNTS.map((name, at) => [name, at]));

/**
 * What a node into which faults can be injected counts, over all its threads, in shared memory: a thread that is killed takes
 * no count with it.
 */
export class ExperimentCounts {
  /** Passed to the threads. */
  readonly shared: SharedArrayBuffer;
  readonly #cells: Int32Array;

  constructor(shared = new SharedArrayBuffer(4 * (EXPERIMENT_COUNTS.length + 1))) {
    this.shared = shared;
    this.#cells = new Int32Array(shared);
  }

  count(name: ExperimentCount, by = 1): void {
    const at = CELL_OF.get(name);
    if (at !== undefined) Atomics.add(this.#cells, at, by);
  }

  /** Whether an entry is applied for the first time: a node that restarts applies some entries again. */
  isFirst(index: number): boolean {
    if (index <= Atomics.load(this.#cells, COUNTED_TO)) return false;
    Atomics.store(this.#cells, COUNTED_TO, index);
    return true;
  }

  read(): Readonly<Record<ExperimentCount, number>> {
    const counts = EXPERIMENT_COUNTS.map((name, at) => [name, Atomics.load(this.#cells, at)]);
    return Object.fromEntries(counts) as Record<ExperimentCount, number>;
  }
}
