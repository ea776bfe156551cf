/**
 * The replicated state machine: every node applies the same commands in the same order.
 *
 * It must be deterministic: no clock, randomness, I/O or outside state. Commands, queries, results and snapshots are plain
 * data (null, booleans, numbers, strings, `Uint8Array`, arrays and objects of these).
 *
 * Who owns what, in every engine:
 * - What a machine is given (a command, a query, a snapshot, its parts) is its own copy. It may change it and keep it,
 *   byte strings included: no log, no other node and no later call has it.
 * - What a machine returns or yields is copied before it is called again. It may return its own state, or the same object
 *   each time, and change both later: answers, retried answers and snapshots keep the contents of the moment.
 * - A machine belongs to one node, from one start to the next: it shares nothing with another machine.
 *
 * If a command throws, the error is its result on every node; changes it made before throwing stay, so check first. Throw a
 * `CommandError` for a command that breaks a rule: tests treat every other error as a bug. A result or an answer that is not
 * plain data counts, in every engine, as an error that was thrown in its place.
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

/**
 * The default export of a state machine's module. Each call returns a new machine with an empty state. It is called for
 * each start of a node and by checks, so more than once in a thread.
 */
export type MakeStateMachine<Command = unknown, Result = unknown> = () => StateMachine<
  Command,
  Result
>;
