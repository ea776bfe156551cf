import { performance } from "node:perf_hooks";
import type { FaultCells } from "./fault-cells.ts";

/**
 * The clock of a thread, which runs at the rate that the cells say, and jumps.
 *
 * A timer keeps the rate at which it was set, and no jump moves it: a timer of an operating system uses a counter that no
 * program can set. `nowMs` does jump, even back, which a monotonic clock never does: that is the fault.
 */
export class FaultyClock {
  readonly #cells: FaultCells;
  /** What it showed, without its jumps, at `#since` of the right clock, and its rate from then on. */
  #counted = performance.now();
  #since = this.#counted;
  #rate = 1;

  constructor(cells: FaultCells) {
    this.#cells = cells;
  }

  /** How long a timer of this many ms takes by the right clock. */
  timerMs(ms: number): number {
    return ms / this.#cells.clockRate;
  }

  nowMs(): number {
    return this.steadyMs() + this.#cells.clockJumpMs;
  }

  /** Its time without its jumps. */
  steadyMs(): number {
    const now = performance.now();
    this.#counted += (now - this.#since) * this.#rate;
    this.#since = now;
    this.#rate = this.#cells.clockRate;
    return this.#counted;
  }
}
