/** Virtual time. What is due at the same moment happens in the order in which it was asked for. */
export interface Timeline {
  /** In ms from the start of the run. Whole microseconds. */
  readonly now: number;
  /** Calls back once after `ms`, from 0; gives a function that calls it off. */
  after(ms: number, callback: () => void): () => void;
}
