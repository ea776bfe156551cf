import { mixed } from "../check/placed-set.ts";
import type { SeenStates } from "./seen-states.ts";

/** States are stored in pieces of this many, so that growing copies nothing. */
const PIECE_BITS = 14;
const PIECE = 1 << PIECE_BITS;

/** The slots of a new table. At most half of them are used. */
const FIRST_SLOTS = 1 << 14;

/**
 * Seen states, stored completely, each with the state that it came from.
 *
 * States are compared word by word: the hash only selects the slot, so two different states are never mixed up. Everything
 * is in typed arrays. A state takes 4 bytes per word, 4 for its origin, and 16 to 32 in the table.
 */
export class StateSet implements SeenStates {
  readonly #words: number;
  readonly #pieces: Int32Array[] = [];
  readonly #origins: Int32Array[] = [];
  /** Two words per slot: the hash, and the number + 1; 0 in a free slot. */
  #table = new Int32Array(2 * FIRST_SLOTS);
  #mask = FIRST_SLOTS - 1;
  #size = 0;

  /** @param words the number of words of a state. */
  constructor(words: number) {
    this.#words = words;
  }

  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#table.byteLength + this.#pieces.length * 4 * PIECE * (this.#words + 1);
  }

  get bytesNext(): number {
    return this.#isFull ? this.bytes + 2 * this.#table.byteLength : this.bytes;
  }

  add(state: Int32Array, origin: number): boolean {
    if (this.#isFull) this.#grow();
    const hash = hashOf(state, this.#words);
    let slot = hash & this.#mask;
    for (;;) {
      const number = this.#table[2 * slot + 1] ?? 0;
      if (number === 0) break;
      if (this.#table[2 * slot] === hash && this.#isAt(number - 1, state)) return false;
      slot = (slot + 1) & this.#mask;
    }
    this.#table[2 * slot] = hash;
    this.#table[2 * slot + 1] = this.#size + 1;
    this.#append(state, origin);
    return true;
  }

  read(number: number, into: Int32Array): void {
    const piece = this.#pieces[number >>> PIECE_BITS];
    if (piece === undefined) throw new RangeError(`there is no state ${number}`);
    const from = (number & (PIECE - 1)) * this.#words;
    for (let word = 0; word < this.#words; word += 1) into[word] = piece[from + word] ?? 0;
  }

  wayTo(number: number): readonly Int32Array[] {
    const way: Int32Array[] = [];
    for (let at = number; at !== 0; at = this.#originOf(at)) {
      const state = new Int32Array(this.#words);
      this.read(at, state);
      way.unshift(state);
    }
    return way;
  }

  #originOf(number: number): number {
    return this.#origins[number >>> PIECE_BITS]?.[number & (PIECE - 1)] ?? 0;
  }

  get #isFull(): boolean {
    return 4 * this.#size >= this.#table.length;
  }

  #append(state: Int32Array, origin: number): void {
    const at = this.#size & (PIECE - 1);
    if (at === 0) {
      this.#pieces.push(new Int32Array(PIECE * this.#words));
      this.#origins.push(new Int32Array(PIECE));
    }
    const piece = this.#pieces[this.#size >>> PIECE_BITS];
    const origins = this.#origins[this.#size >>> PIECE_BITS];
    if (piece === undefined || origins === undefined) return;
    for (let word = 0; word < this.#words; word += 1)
      piece[at * this.#words + word] = state[word] ?? 0;
    origins[at] = origin;
    this.#size += 1;
  }

  #isAt(number: number, state: Int32Array): boolean {
    const piece = this.#pieces[number >>> PIECE_BITS];
    if (piece === undefined) return false;
    const from = (number & (PIECE - 1)) * this.#words;
    for (let word = 0; word < this.#words; word += 1)
      if (piece[from + word] !== state[word]) return false;
    return true;
  }

  #grow(): void {
    const old = this.#table;
    this.#table = new Int32Array(2 * old.length);
    this.#mask = 2 * this.#mask + 1;
    for (let at = 0; at < old.length; at += 2) {
      const number = old[at + 1] ?? 0;
      if (number === 0) continue;
      let slot = (old[at] ?? 0) & this.#mask;
      while (this.#table[2 * slot + 1] !== 0) slot = (slot + 1) & this.#mask;
      this.#table[2 * slot] = old[at] ?? 0;
      this.#table[2 * slot + 1] = number;
    }
  }
}

function hashOf(state: Int32Array, words: number): number {
  let hash = 0;
  for (let word = 0; word < words; word += 1)
    hash = Math.imul(hash ^ (state[word] ?? 0), 0x9e37_79b1) ^ (hash >>> 15);
  return mixed(hash) | 0;
}
