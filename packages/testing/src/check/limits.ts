/** What a check may cost. When that is used up the verdict is "unknown". */
export type LimitOptions = {
  /** Milliseconds, 60 000 if not given. One call of the model is never cut short. */
  readonly timeMs?: number;
  /** Bytes for what the search of one object remembers, as an estimate: 1 GiB if not given. */
  readonly memoryBytes?: number;
  /** The clock that `timeMs` is measured by, in milliseconds. */
  readonly now?: () => number;
};

const TIME_MS = 60_000;
const MEMORY_BYTES = 2 ** 30;

/** What a check may cost, and what it has cost so far. */
export class Limits {
  /** Bytes for what the search of one object remembers. */
  readonly memoryBytes: number;
  /** How often the model was asked by searches that have ended. */
  steps = 0;
  /** Configurations that were kept by searches that have ended. */
  configurations = 0;
  readonly #now: () => number;
  readonly #start: number;
  readonly #timeMs: number;

  /** The time runs from here on. */
  constructor({ timeMs = TIME_MS, memoryBytes = MEMORY_BYTES, now }: LimitOptions) {
    this.memoryBytes = memoryBytes;
    this.#timeMs = timeMs;
    this.#now = now ?? (() => performance.now());
    this.#start = this.#now();
  }

  /** Milliseconds so far. */
  get elapsedMs(): number {
    return this.#now() - this.#start;
  }

  /** Whether the time is used up. */
  get isOutOfTime(): boolean {
    return this.elapsedMs > this.#timeMs;
  }
}
