/** A step of a search: its code, the state before it, and how many operations were spare before it. */
export type Step = { readonly code: number; readonly state: number; readonly mark: number };

/**
 * The steps from the start of a search to its current position, and the best path so far.
 *
 * Keeping the best path copies only what changed since the last copy. Otherwise a search with many dead ends deep in a
 * long history would spend its time on copying.
 */
export class Path {
  readonly #codes: Int32Array;
  readonly #states: Int32Array;
  readonly #marks: Int32Array;
  readonly #best: Int32Array;
  #length = 0;
  #bestLength = 0;
  /** The number of steps that the best path and this one have in common. */
  #common = 0;

  /** Makes an empty path for at most `capacity` steps. */
  constructor(capacity: number) {
    this.#codes = new Int32Array(capacity);
    this.#states = new Int32Array(capacity);
    this.#marks = new Int32Array(capacity);
    this.#best = new Int32Array(capacity);
  }

  /** Adds a step. */
  push(code: number, state: number, mark: number): void {
    this.#codes[this.#length] = code;
    this.#states[this.#length] = state;
    this.#marks[this.#length] = mark;
    this.#length += 1;
  }

  /** Removes the last step; undefined when there is none. */
  pop(): Step | undefined {
    if (this.#length === 0) return undefined;
    const last = this.#length - 1;
    this.#length = last;
    this.#common = Math.min(this.#common, last);
    return {
      code: this.#codes[last] ?? 0,
      state: this.#states[last] ?? 0,
      mark: this.#marks[last] ?? 0,
    };
  }

  /** The number of steps. */
  get length(): number {
    return this.#length;
  }

  /** The codes of all steps, in order. */
  get codes(): readonly number[] {
    return [...this.#codes.subarray(0, this.#length)];
  }

  /** Stores the current path as the best so far. */
  keep(): void {
    this.#best.set(this.#codes.subarray(this.#common, this.#length), this.#common);
    this.#common = this.#length;
    this.#bestLength = this.#length;
  }

  /** The codes of the best path, in order. */
  get best(): readonly number[] {
    return [...this.#best.subarray(0, this.#bestLength)];
  }
}
