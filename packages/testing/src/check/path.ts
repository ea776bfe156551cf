/** One step of a search: what was placed, the state before, and where to go on when it is taken back. */
export type Step = { readonly operation: number; readonly state: number; readonly cursor: number };

/**
 * The steps from the beginning of a search to where it is, and beside it the best path so far.
 *
 * The best path is kept by copying only what changed since the last time: a search that meets many
 * dead ends deep inside a long history would otherwise spend its time copying.
 */
export class Path {
  readonly #operations: Int32Array;
  readonly #states: Int32Array;
  readonly #cursors: Int32Array;
  readonly #best: Int32Array;
  #length = 0;
  #bestLength = 0;
  /** How long the best path and this one are the same. */
  #common = 0;

  /** The empty path, to be of `capacity` steps at most. */
  constructor(capacity: number) {
    this.#operations = new Int32Array(capacity);
    this.#states = new Int32Array(capacity);
    this.#cursors = new Int32Array(capacity);
    this.#best = new Int32Array(capacity);
  }

  /** Adds a step. */
  push(operation: number, state: number, cursor: number): void {
    this.#operations[this.#length] = operation;
    this.#states[this.#length] = state;
    this.#cursors[this.#length] = cursor;
    this.#length += 1;
  }

  /** Removes the last step; undefined when there is none. */
  pop(): Step | undefined {
    if (this.#length === 0) return undefined;
    const last = this.#length - 1;
    this.#length = last;
    this.#common = Math.min(this.#common, last);
    return {
      operation: this.#operations[last] ?? 0,
      state: this.#states[last] ?? 0,
      cursor: this.#cursors[last] ?? 0,
    };
  }

  /** How many steps there are. */
  get length(): number {
    return this.#length;
  }

  /** What was placed, in order. */
  get operations(): readonly number[] {
    return [...this.#operations.subarray(0, this.#length)];
  }

  /** Keeps the path as the best so far. */
  keep(): void {
    this.#best.set(this.#operations.subarray(this.#common, this.#length), this.#common);
    this.#common = this.#length;
    this.#bestLength = this.#length;
  }

  /** What was placed, in order, when the path was last kept. */
  get best(): readonly number[] {
    return [...this.#best.subarray(0, this.#bestLength)];
  }
}
