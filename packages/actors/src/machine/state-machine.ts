/**
 * The replicated state machine: every node applies the same commands in the same order.
 *
 * It must be deterministic: no clock, randomness, I/O or outside state. Commands and results are plain data (null,
 * booleans, numbers, strings, `Uint8Array`, arrays and objects of these). Byte strings in a command, a query or a
 * snapshot are views of memory that others own: keep a copy, and never write to one. If a command throws, the error is
 * its result on every node; changes it made before throwing stay, so check first.
 */
export interface StateMachine<Command = unknown, Result = unknown> {
  /** Applies one command and returns its result. */
  apply(command: Command): Result;
  /**
   * Answers a query from the present state, without changing anything. It is called on one node only, and may be called
   * again for the same query. Optional: without it a query is applied as a command, through the log.
   */
  query?(query: Command): Result;
  /** The whole state as plain data, equal for equal states whatever their history: nodes are compared by it. */
  snapshot(): unknown;
  /** Replaces the state with one that `snapshot` returned. */
  restore(snapshot: unknown): void;
  /**
   * The state as of this call, in parts of plain data, for states that are too large to be returned at once. The parts
   * are read a few at a time while `apply` continues, and must not show its later changes. A reader that stops before
   * the end calls `return` of the iterator, as a `for` loop does. Only one snapshot at a time: beginning another may
   * end the previous one. Optional, together with `restoreParts`: both or none.
   */
  snapshotParts?(): Iterable<unknown>;
  /** Replaces the state with the parts that `snapshotParts` returned, in order. */
  restoreParts?(parts: Iterable<unknown>): void;
}

/** The default export of a state machine's module. Called once in each node's thread. */
export type MakeStateMachine<Command = unknown, Result = unknown> = () => StateMachine<
  Command,
  Result
>;
