import { performance } from "node:perf_hooks";
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const MIB = 2 ** 20;

/** A node whose live heap is above this part of its limit crashes: close to the limit it would only collect garbage. */
const FULL = 0.9;

/** V8's largest array has a table of this size, and its other tables are smaller. */
const TABLE_MIB_MAX = 1024;

/** How often the heap is looked at: a look costs a microsecond or two, and many turns are not much longer. */
export const LOOK_EVERY_MS = 2;

/**
 * V8's own limit for the heap of a thread. Beyond it V8 ends the thread, or the whole process if what was too much is one
 * table: of a map or an array, which grows by copying it to one up to twice as large. From a heap within `heapMiB`, this
 * much more has room for that.
 */
export function hardLimitMiB(heapMiB: number): number {
  return heapMiB + Math.min(2 * heapMiB, TABLE_MIB_MAX);
}

/** What a watch looks at, so that tests can replace it. */
export type Heap = {
  /** The bytes in use, garbage included. */
  readonly used: () => number;
  /** Collects all garbage. */
  readonly collect: () => void;
  /** Milliseconds since any fixed moment. */
  readonly nowMs: () => number;
};

/**
 * Makes a function that throws when the heap of this thread is full. To be called after each turn.
 *
 * Only a garbage collection tells what is live. It is made when `heapMiB` is in use, garbage included: at least a tenth of
 * `heapMiB` is then allocated before the next one, or the thread ends.
 */
export function heapWatch(heapMiB: number, heap: Heap = ownHeap()): () => void {
  const limit = heapMiB * MIB;
  const { used, collect, nowMs } = heap;
  let next = 0;
  return () => {
    const now = nowMs();
    if (now < next) return;
    next = now + LOOK_EVERY_MS;
    if (used() <= limit) return;
    collect();
    const live = used();
    if (live <= limit * FULL) return;
    throw new Error(
      `its heap is full: ${Math.ceil(live / MIB)} MiB in use, and heapMiB is ${heapMiB}`,
    );
  };
}

function ownHeap(): Heap {
  let collect: (() => void) | undefined;
  return {
    used: () => getHeapStatistics().used_heap_size,
    collect: () => (collect ??= collector())(),
    nowMs: () => performance.now(),
  };
}

/** V8's `gc`, which new contexts have with this flag. It stays set: a user may have set it. */
function collector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}
