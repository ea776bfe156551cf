import { callable, decimal, type Schema } from "@kontiki/actors/node";

/** The limits of a check. When one is reached, the verdict is "unknown". */
export type LimitOptions = {
  /** Time limit in ms. Default: 60 000. A call of the model is never interrupted. */
  readonly timeMs?: number;
  /** Limit for the memory that the search of one object uses, in bytes, as an estimate. Default: 1 GiB. */
  readonly memoryBytes?: number;
  /** The clock for `timeMs`, in ms. Default: `performance.now`. */
  readonly now?: () => number;
};

export const LIMIT_OPTIONS: Schema<LimitOptions> = {
  timeMs: decimal(0, Infinity),
  memoryBytes: decimal(0, Infinity),
  now: callable(" that returns the time in ms"),
};

const TIME_MS = 60_000;
const MEMORY_BYTES = 2 ** 30;

/** The limits of a check, and its cost so far. */
export class Limits {
  /** Limit for the memory that the search of one object uses, in bytes. */
  readonly memoryBytes: number;
  /** Calls of the model by searches that have ended. */
  steps = 0;
  /** Configurations stored by searches that have ended. */
  configurations = 0;
  readonly #now: () => number;
  readonly #start: number;
  readonly #timeMs: number;

  /** Starts the time. */
  constructor({ timeMs = TIME_MS, memoryBytes = MEMORY_BYTES, now }: LimitOptions) {
    this.memoryBytes = memoryBytes;
    this.#timeMs = timeMs;
    this.#now = now ?? (() => performance.now());
    this.#start = this.#now();
  }

  /** The elapsed time in ms. */
  get elapsedMs(): number {
    return this.#now() - this.#start;
  }

  /** Whether the time limit is reached. */
  get isOutOfTime(): boolean {
    return this.elapsedMs > this.#timeMs;
  }
}
