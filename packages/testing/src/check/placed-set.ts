const FULL = 0xffff_ffff;

/**
 * The set of placed operations, as bits, with a hash that costs one exclusive-or per change (Zobrist).
 *
 * Operations are numbered by their calls. So nearly all placed operations form a solid run at the start, and none is after
 * the running ones. {@link low} and {@link high} bound the words in between. Two sets with the same `low` and `high` can
 * differ only in these words. So the cost of a set depends on the concurrency, not on the length of the history.
 */
export class PlacedSet {
  /** The bits, 32 per word. */
  readonly words: Uint32Array;
  /** The first word that is not full. */
  low = 0;
  /** The position after the last word that is not empty; at least `low`. */
  high = 0;
  /** The number of placed operations. */
  size = 0;
  /** A hash of 32 bits: the same for equal sets, and rarely the same for different ones. */
  hash = 0;
  readonly #marks: Uint32Array;

  /** Makes an empty set for up to `count` operations. */
  constructor(count: number) {
    this.words = new Uint32Array((count >>> 5) + 1);
    this.#marks = randomWords(count);
  }

  /** Adds an operation that is not in the set. */
  add(operation: number): void {
    const at = operation >>> 5;
    this.words[at] = (this.words[at] ?? 0) | (1 << (operation & 31));
    this.high = Math.max(this.high, at + 1);
    while (this.words[this.low] === FULL) this.low += 1;
    this.high = Math.max(this.high, this.low);
    this.#changed(operation, 1);
  }

  /** Removes an operation that is in the set. */
  remove(operation: number): void {
    const at = operation >>> 5;
    this.words[at] = (this.words[at] ?? 0) & ~(1 << (operation & 31));
    this.low = Math.min(this.low, at);
    while (this.high > this.low && this.words[this.high - 1] === 0) this.high -= 1;
    this.#changed(operation, -1);
  }

  /** Whether an operation is in the set. */
  has(operation: number): boolean {
    return ((this.words[operation >>> 5] ?? 0) & (1 << (operation & 31))) !== 0;
  }

  #changed(operation: number, by: number): void {
    this.size += by;
    this.hash = (this.hash ^ (this.#marks[operation] ?? 0)) >>> 0;
  }
}

/** Pseudo-random words, the same in each run: a verdict and its cost must not depend on chance. */
function randomWords(count: number): Uint32Array {
  let seed = 0x9e37_79b9;
  return Uint32Array.from({ length: count }, () => {
    seed = (seed + 0x6d2b_79f5) >>> 0;
    return mixed(seed);
  });
}

/** Spreads the bits of a word over all its bits (the finalizer of MurmurHash3). */
export function mixed(word: number): number {
  let mix = word;
  mix = Math.imul(mix ^ (mix >>> 16), 0x85eb_ca6b);
  mix = Math.imul(mix ^ (mix >>> 13), 0xc2b2_ae35);
  return (mix ^ (mix >>> 16)) >>> 0;
}
