/** Virtual time. Callbacks that are due at the same moment run in the order in which they were requested. */
export interface Timeline {
  /** In ms from the start of the run. Whole microseconds. */
  readonly now: number;
  /** Calls back once after `ms`, from 0. Returns a function that cancels it. */
  after(ms: number, callback: () => void): () => void;
}
