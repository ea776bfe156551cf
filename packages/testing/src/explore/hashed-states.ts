import { Ancestry } from "./ancestry.ts";
import { Fingerprints } from "./fingerprints.ts";
import type { SeenStates } from "./seen-states.ts";
import { WaitingStates } from "./waiting-states.ts";

/** Gives the canonical form of the state after the `nth` move from a state, from 0. */
export type Retrace = (from: Int32Array, nth: number) => Int32Array;

/**
 * Seen states as hashes (hash compaction): only the states that wait to be expanded are stored completely. Two states with
 * equal hashes are taken for one, so a search may miss states, with a small chance: see `chanceOfCollision`. It never
 * reports a violation that does not exist, because the way to it is made again, move by move.
 *
 * A state takes 9 to 12 bytes for its hash and some 2 for where it came from; a waiting one takes 4 more for each of its words.
 * States must be read in the order of their numbers, as a search that is breadth first does.
 */
export class HashedStates implements SeenStates {
  readonly #start: Int32Array;
  readonly #retrace: Retrace;
  readonly #seen: Fingerprints;
  readonly #waiting: WaitingStates;
  readonly #ancestry = new Ancestry();

  /**
   * @param start the first state.
   * @param retrace repeats a move.
   */
  constructor(start: Int32Array, retrace: Retrace) {
    this.#start = start;
    this.#retrace = retrace;
    this.#seen = new Fingerprints(start.length);
    this.#waiting = new WaitingStates(start.length);
  }

  get size(): number {
    return this.#seen.size;
  }

  get bytes(): number {
    return this.#seen.bytes + this.#waiting.bytes + this.#ancestry.bytes;
  }

  get bytesNext(): number {
    return this.bytes;
  }

  add(state: Int32Array, origin: number, nth: number): boolean {
    if (!this.#seen.add(state)) return false;
    this.#waiting.add(state);
    this.#ancestry.add({ origin, nth });
    return true;
  }

  read(number: number, into: Int32Array): void {
    this.#waiting.read(number, into);
  }

  wayTo(number: number): readonly Int32Array[] {
    const moves: number[] = [];
    for (let at = number; at !== 0;) {
      const { origin, nth } = this.#ancestry.of(at);
      moves.unshift(nth);
      at = origin;
    }
    let form = this.#start;
    return moves.map((nth) => (form = this.#retrace(form, nth)));
  }
}
