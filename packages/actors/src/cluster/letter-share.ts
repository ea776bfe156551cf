import { ALL_LETTERS } from "../metrics/letter-log.ts";
import { PROBE_CELLS } from "../metrics/probe.ts";

/** As many letters are recorded, of all nodes: each is two events. */
const LETTERS_PER_SECOND = 500;

/**
 * Chooses the share of letters that the threads of a cluster record, so that a listener gets about 1,000 events a second and
 * never more than twice as many. It looks at what they sent since the last look.
 */
export class LetterShare {
  readonly #cells: Int32Array;
  readonly #nowMs: () => number;
  #lookedAt: number;

  constructor(cells: Int32Array, nowMs: () => number) {
    this.#cells = cells;
    this.#nowMs = nowMs;
    this.#lookedAt = nowMs();
  }

  /** To be called often, with whether there are listeners. */
  look(isOn: boolean): void {
    const now = this.#nowMs();
    const allowed = (LETTERS_PER_SECOND * (now - this.#lookedAt)) / 1000;
    this.#lookedAt = now;
    const sent = Atomics.exchange(this.#cells, PROBE_CELLS.lettersSent, 0);
    Atomics.store(this.#cells, PROBE_CELLS.lettersTaken, 0);
    const part = Math.min(1, allowed / Math.max(1, sent));
    const share = isOn ? Math.max(1, Math.floor(part * ALL_LETTERS)) : 0;
    Atomics.store(this.#cells, PROBE_CELLS.letters, share);
  }
}
