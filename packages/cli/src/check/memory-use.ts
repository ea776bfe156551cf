import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Time between two measurements in ms: rare enough to cost nothing, often enough to see growth early. */
const EVERY_MS = 20;

/** The share of the limit that must be free after a collection. Otherwise the next one would follow at once. */
const FREE_SHARE = 0.05;

/** The share of V8's heap beyond which a program may not go: V8 ends a process whose heap is full. */
const HEAP_SHARE = 0.85;

/** The part of V8's heap limit that is only for new objects. */
const NEW_BYTES = 64 * 2 ** 20;

/** What {@link MemoryUse} needs of a process, so that tests can replace it. */
export type MemoryMeter = {
  /** The time in ms. */
  readonly now: () => number;
  /** The memory in bytes that the process holds. */
  readonly resident: () => number;
  /** The bytes of the heap of V8 that are in use, as a share of the most that there can be. */
  readonly heapShare: () => number;
  /** Frees what is garbage. */
  readonly collect: () => void;
};

/**
 * How much memory the process holds beyond what it held at first, measured and not estimated.
 *
 * What it held before is not of the check: the program may be part of a larger process. When the process gives some of that
 * back, what it holds then is the new starting point.
 *
 * The process also holds garbage that nobody has collected yet. So when the limit seems to be reached, it collects the
 * garbage and measures again.
 */
export class MemoryUse {
  readonly #limitBytes: number;
  readonly #meter: MemoryMeter;
  #before: number;
  #bytes = 0;
  #measured = -Infinity;

  /** Measures against a limit, from what the process holds now. */
  constructor(limitBytes: number, meter: MemoryMeter = processMeter()) {
    this.#limitBytes = limitBytes;
    this.#meter = meter;
    this.#before = meter.resident();
  }

  /** The memory in bytes since the start; above the limit when the process cannot hold more. */
  get bytes(): number {
    const now = this.#meter.now();
    if (now - this.#measured < EVERY_MS) return this.#bytes;
    this.#bytes = this.#grown();
    if (this.#bytes > this.#limitBytes || this.#meter.heapShare() > HEAP_SHARE) this.#collect();
    this.#measured = this.#meter.now();
    return this.#bytes;
  }

  #collect(): void {
    this.#meter.collect();
    const grown = this.#grown();
    const isFull =
      grown > this.#limitBytes * (1 - FREE_SHARE) ||
      this.#meter.heapShare() > HEAP_SHARE - FREE_SHARE;
    this.#bytes = isFull ? Infinity : grown;
  }

  #grown(): number {
    const resident = this.#meter.resident();
    this.#before = Math.min(this.#before, resident);
    return resident - this.#before;
  }
}

function processMeter(): MemoryMeter {
  let collect: (() => void) | undefined;
  return {
    now: () => performance.now(),
    resident: () => process.memoryUsage.rss(),
    heapShare() {
      const { used_heap_size: used, heap_size_limit: most } = getHeapStatistics();
      return used / Math.max(1, most - NEW_BYTES);
    },
    collect() {
      collect ??= collector();
      collect();
    },
  };
}

/** The collector of V8, which a program sees only with a flag. */
function collector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}
