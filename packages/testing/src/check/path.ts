/** One step of a search: the placed operation, the state before it, and the cursor to continue from when it is undone. */
export type Step = { readonly operation: number; readonly state: number; readonly cursor: number };

/**
 * The steps from the start of a search to its current position, and the best path so far.
 *
 * Keeping the best path copies only what changed since the last copy. Otherwise a search with many dead ends deep in a
 * long history would spend its time on copying.
 */
export class Path {
  readonly #operations: Int32Array;
  readonly #states: Int32Array;
  readonly #cursors: Int32Array;
  readonly #best: Int32Array;
  #length = 0;
  #bestLength = 0;
  /** The number of steps that the best path and this one have in common. */
  #common = 0;

  /** Makes an empty path for at most `capacity` steps. */
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

  /** The number of steps. */
  get length(): number {
    return this.#length;
  }

  /** The placed operations, in order. */
  get operations(): readonly number[] {
    return [...this.#operations.subarray(0, this.#length)];
  }

  /** Stores the current path as the best so far. */
  keep(): void {
    this.#best.set(this.#operations.subarray(this.#common, this.#length), this.#common);
    this.#common = this.#length;
    this.#bestLength = this.#length;
  }

  /** The operations of the best path, in order. */
  get best(): readonly number[] {
    return [...this.#best.subarray(0, this.#bestLength)];
  }
}
