import type { CrashPoint } from "../faults/crash-points.ts";
import { CRASH_POINTS } from "../faults/crash-points.ts";

const NONE = -1;
const AT = 0;

/**
 * The point at which a thread must end when it next reaches it: one 32-bit number that it shares with its owner. The thread
 * reports that it is there and then stands still until it is killed, so nothing happens after the point.
 */
export class CrashGate {
  /** Passed to the thread. */
  readonly shared: SharedArrayBuffer;
  readonly #cells: Int32Array;

  constructor(shared?: SharedArrayBuffer) {
    this.shared = shared ?? new SharedArrayBuffer(4);
    this.#cells = new Int32Array(this.shared);
    if (shared === undefined) this.arm(undefined);
  }

  /** Arms a point, in place of an earlier one; undefined for none. */
  arm(point: CrashPoint | undefined): void {
    Atomics.store(this.#cells, AT, point === undefined ? NONE : CRASH_POINTS.indexOf(point));
  }

  /** The armed point. */
  get armed(): CrashPoint | undefined {
    return CRASH_POINTS[Atomics.load(this.#cells, AT)];
  }

  /** The thread is at a point. If it must end here, it reports that, and nothing more comes of it. */
  pass(point: CrashPoint, report: () => void): void {
    const number = CRASH_POINTS.indexOf(point);
    if (Atomics.load(this.#cells, AT) !== number) return;
    if (Atomics.compareExchange(this.#cells, AT, number, NONE) !== number) return;
    report();
    for (;;) Atomics.wait(this.#cells, AT, NONE);
  }
}
