/**
 * The replicated thing itself: every node applies the same commands in the same order.
 *
 * It must be deterministic: no clock, chance, I/O or state outside itself. Commands and results are plain data
 * (null, booleans, numbers, strings, `Uint8Array`, arrays and objects of these). Byte strings in a command, a question
 * or a snapshot are views of others' memory: keep a copy, and never write into one. A command that throws is that
 * command's result on every node; what it changed before it threw stays, so check first.
 */
export interface StateMachine<Command = unknown, Result = unknown> {
  /** Applies one command and answers it. */
  apply(command: Command): Result;
  /**
   * Answers a question from the state as it is, without changing anything: it is asked on one node only, and as often
   * as it takes. Optional: without it a question is applied as a command, through the log.
   */
  query?(question: Command): Result;
  /** The whole state as plain data, the same for the same state whatever its history: nodes are compared by it. */
  snapshot(): unknown;
  /** Takes up the state that `snapshot` gave. */
  restore(snapshot: unknown): void;
  /**
   * The state as of this call in parts of plain data, for states that are too large to be given at once. The parts are
   * drawn a few at a time while `apply` goes on, and show nothing of what it changes meanwhile. Whoever stops drawing
   * before the end calls `return` of the iterator, as a `for` loop does. Only one snapshot at a time: beginning another
   * may end the one before. Optional, with `restoreParts`: both or none.
   */
  snapshotParts?(): Iterable<unknown>;
  /** Takes up the state whose parts `snapshotParts` gave, in their order, in place of what was there. */
  restoreParts?(parts: Iterable<unknown>): void;
}

/** What the default export of a state machine's module is. Called once in each node's thread. */
export type MakeStateMachine<Command = unknown, Result = unknown> = () => StateMachine<
  Command,
  Result
>;
