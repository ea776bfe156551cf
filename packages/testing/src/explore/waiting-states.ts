/** States are stored in pieces of this many. */
const PIECE_BITS = 14;
const PIECE = 1 << PIECE_BITS;

/** The states that wait to be expanded, first in, first out: they are read in the order of their numbers, and then forgotten. */
export class WaitingStates {
  readonly #words: number;
  /** By the number of the piece. */
  readonly #pieces = new Map<number, Int32Array>();
  /** A piece that is not in use. */
  #spare: Int32Array | undefined;
  #size = 0;

  /** @param words the number of words of a state. */
  constructor(words: number) {
    this.#words = words;
  }

  /** The memory in use, in bytes. */
  get bytes(): number {
    const pieces = this.#pieces.size + (this.#spare === undefined ? 0 : 1);
    return 4 * PIECE * this.#words * pieces;
  }

  /** Adds a state, which gets the next number from 0. */
  add(state: Int32Array): void {
    const number = this.#size >>> PIECE_BITS;
    let piece = this.#pieces.get(number);
    if (piece === undefined) {
      piece = this.#spare ?? new Int32Array(PIECE * this.#words);
      this.#spare = undefined;
      this.#pieces.set(number, piece);
    }
    const from = (this.#size & (PIECE - 1)) * this.#words;
    for (let word = 0; word < this.#words; word += 1) piece[from + word] = state[word] ?? 0;
    this.#size += 1;
  }

  /** Copies a state to `into`. The states before it are forgotten. */
  read(number: number, into: Int32Array): void {
    const place = number >>> PIECE_BITS;
    const piece = this.#pieces.get(place);
    if (piece === undefined) throw new RangeError(`the state ${number} does not wait`);
    const before = this.#pieces.get(place - 1);
    if (before !== undefined) {
      this.#spare = before;
      this.#pieces.delete(place - 1);
    }
    const from = (number & (PIECE - 1)) * this.#words;
    for (let word = 0; word < this.#words; word += 1) into[word] = piece[from + word] ?? 0;
  }
}
