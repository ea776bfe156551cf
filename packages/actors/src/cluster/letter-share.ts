import { ALL_LETTERS, LETTERS_MAX } from "../metrics/letter-log.ts";
import { PROBE_CELLS } from "../metrics/probe.ts";

/** As many letters are recorded, of all nodes: each is two events. Of a short burst a second's worth is. */
const LETTERS_PER_SECOND = 500;
const SAVED_MAX = LETTERS_MAX;

/** A part of what is saved may be spent until the next look, so that a longer burst is thinned out in steps. */
const SPENT = 0.25;

/**
 * Chooses the share of letters that the threads of a cluster record, so that a listener gets about 1,000 events a second, and
 * all of them while there are fewer. It looks at what they sent since the last look.
 */
export class LetterShare {
  readonly #cells: Int32Array;
  readonly #nowMs: () => number;
  #lookedAt: number;
  /** Letters that may be recorded beside those of the time that passes. */
  #saved = SAVED_MAX;
  /** What the count of recorded letters began with. */
  #began = 0;

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
    const counted = Atomics.load(this.#cells, PROBE_CELLS.lettersTaken);
    const taken = Math.min(counted, LETTERS_MAX) - this.#began;
    this.#saved = Math.max(0, Math.min(SAVED_MAX, this.#saved + allowed - taken));
    const most = Math.min(LETTERS_MAX, Math.max(this.#saved, 2 * allowed));
    this.#began = LETTERS_MAX - Math.floor(most);
    Atomics.store(this.#cells, PROBE_CELLS.lettersTaken, this.#began);
    const part = Math.min(1, (allowed + SPENT * this.#saved) / Math.max(1, sent));
    const share = isOn ? Math.max(1, Math.floor(part * ALL_LETTERS)) : 0;
    Atomics.store(this.#cells, PROBE_CELLS.letters, share);
  }
}
