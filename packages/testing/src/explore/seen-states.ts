/**
 * The seen states of a search, numbered from 0 in the order in which they were added. A state is a row of words in its
 * canonical form.
 */
export type SeenStates = {
  readonly size: number;
  /** The memory in use, in bytes. */
  readonly bytes: number;
  /** The peak of the memory in use when one more state is added, in bytes. */
  readonly bytesNext: number;
  /**
   * Adds a state. @returns false when it is known.
   *
   * @param origin the state from which it was reached.
   * @param nth which move from there it was, from 0.
   */
  add(state: Int32Array, origin: number, nth: number): boolean;
  /** Copies a state that waits to be expanded to `into`. */
  read(number: number, into: Int32Array): void;
  /** The states on the way from the start, which is left out, to a state. */
  wayTo(number: number): readonly Int32Array[];
};
