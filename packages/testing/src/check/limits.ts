import { callable, decimal, type Schema } from "@kontiki/actors/node";

/** The limits of a check. When one is reached, the verdict is "unknown". */
export type LimitOptions = {
  /** Time limit in ms. Default: 60 000. A call of the model is never interrupted. */
  readonly timeMs?: number;
  /** Limit for memory in bytes. Default: 1 GiB. It bounds an estimate of what the search of one object uses, and `usedBytes`. */
  readonly memoryBytes?: number;
  /** Measures the memory that is used, in bytes, for example that of the process. Asked often. Default: only the estimate. */
  readonly usedBytes?: () => number;
  /** The clock for `timeMs`, in ms. Default: `performance.now`. */
  readonly now?: () => number;
};

export const LIMIT_OPTIONS: Schema<LimitOptions> = {
  timeMs: decimal(0, Infinity),
  memoryBytes: decimal(0, Infinity),
  usedBytes: callable(" that returns the memory in use in bytes"),
  now: callable(" that returns the time in ms"),
};

const TIME_MS = 60_000;
const MEMORY_BYTES = 2 ** 30;

/** The limits of a check, and its cost so far. */
export class Limits {
  /** Calls of the model by searches that have ended. */
  steps = 0;
  /** Configurations stored by searches that have ended. */
  configurations = 0;
  readonly #now: () => number;
  readonly #start: number;
  readonly #timeMs: number;
  readonly #memoryBytes: number;
  readonly #usedBytes: () => number;

  /** Starts the time. */
  constructor({ timeMs = TIME_MS, memoryBytes = MEMORY_BYTES, now, usedBytes }: LimitOptions) {
    this.#memoryBytes = memoryBytes;
    this.#usedBytes = usedBytes ?? (() => 0);
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

  /** The memory in bytes that is left; negative beyond the limit. */
  get bytesLeft(): number {
    return this.#memoryBytes - this.#usedBytes();
  }

  /** The limit that is reached; undefined while none is. */
  get reached(): "time" | "memory" | undefined {
    if (this.isOutOfTime) return "time";
    return this.bytesLeft < 0 ? "memory" : undefined;
  }
}
