/**
 * The spare operations of a position, as bits. {@link low} and {@link high} bound the words that are not empty. Spare
 * operations are running ones, so these words are few.
 */
export class SpareSet {
  /** The bits, 32 per word. */
  readonly words: Uint32Array;
  /** The first word that is not empty; 0 for an empty set. */
  low = 0;
  /** The position after the last word that is not empty; 0 for an empty set. */
  high = 0;

  /** Makes an empty set for up to `count` operations. */
  constructor(count: number) {
    this.words = new Uint32Array((count >>> 5) + 1);
  }

  /** Whether an operation is in the set. */
  has(operation: number): boolean {
    return ((this.words[operation >>> 5] ?? 0) & (1 << (operation & 31))) !== 0;
  }

  /** Adds an operation that is not in the set. */
  add(operation: number): void {
    const at = operation >>> 5;
    this.words[at] = (this.words[at] ?? 0) | (1 << (operation & 31));
    this.low = this.high === 0 ? at : Math.min(this.low, at);
    this.high = Math.max(this.high, at + 1);
  }

  /** Removes an operation that is in the set. */
  remove(operation: number): void {
    const at = operation >>> 5;
    this.words[at] = (this.words[at] ?? 0) & ~(1 << (operation & 31));
    while (this.low < this.high && this.words[this.low] === 0) this.low += 1;
    while (this.high > this.low && this.words[this.high - 1] === 0) this.high -= 1;
    if (this.low === this.high) [this.low, this.high] = [0, 0];
  }
}
