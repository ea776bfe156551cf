/**
 * The replicated thing itself: every node applies the same commands in the same order.
 *
 * It must be deterministic: no clock, chance, I/O or state outside itself. Commands and results are plain data
 * (null, booleans, numbers, strings, `Uint8Array`, arrays and objects of these). Byte strings in a command are views of
 * the log's own memory: keep a copy, and never write into one. A command that throws is that
 * command's result on every node; what it changed before it threw stays, so check first.
 */
export interface StateMachine<Command = unknown, Result = unknown> {
  /** Applies one command and answers it. */
  apply(command: Command): Result;
  /** The whole state as plain data, for comparing nodes. */
  snapshot(): unknown;
  /** Takes up the state that `snapshot` gave. */
  restore(snapshot: unknown): void;
}

/** What the default export of a state machine's module is. Called once in each node's thread. */
export type MakeStateMachine<Command = unknown, Result = unknown> = () => StateMachine<
  Command,
  Result
>;
