import type { Operation } from "../history/history.ts";
import type { Reading } from "../history/reading.ts";
import type { Value } from "../history/value.ts";

/**
 * What an object does when only one client uses it at a time: the specification for judging a concurrent history.
 *
 * All functions must be pure and states must be immutable: the search keeps many states and returns to old ones.
 */
export interface Model<State, Input, Output> {
  /** A short name, shown to people. */
  readonly name: string;

  /** The state before any operation. Must not be undefined. */
  readonly init: State;

  /**
   * The state before any operation when a history begins with a value, such as that of a register. Optional; without it,
   * a history with an initial value is an error.
   *
   * @throws InterpretError when no object of the model has that value.
   */
  initial?(value: Value): State;

  /**
   * The state after `input` returned `output`; undefined, and nothing else, when `output` is not possible in `state`. A
   * Promise is an error, and so are null and booleans unless `init` is one of them.
   *
   * `output` is undefined for an open operation. Then any output is possible, and only the new state matters. If the new
   * state depends on the output, use the set of all possible states as the state of the model.
   */
  step(state: State, input: Input, output: Output | undefined): State | undefined;

  /** A key that is the same for two states exactly when no later step can distinguish them. */
  key(state: State): string | number;

  /**
   * The object that an operation addresses. Operations on different objects must not affect each other. Then a history is
   * linearizable exactly when the history of each object is (Herlihy and Wing's locality; Horn and Kroening, "Faster
   * linearizability checking via P-compositionality", 2015). The keys of a history file are objects without it: leave it
   * out unless inputs name more.
   */
  partition?(input: Input): string;

  /**
   * Whether an operation leaves every state unchanged. Optional; it only affects speed: the search places such an
   * operation as soon as it is legal and tries no other position. Leave it out when in doubt: it must be false for an
   * operation that changes at least one state.
   */
  readOnly?(input: Input, output: Output | undefined): boolean;

  /**
   * Guesses the order of effects: one number for each of `operations`, lower for earlier effects. All of them returned and
   * address one object. Optional; it only affects speed: among the operations that could come next, the search tries the
   * one with the lowest number first. Without it, and among equals, it tries the one that returned first.
   */
  rank?(operations: readonly Interpreted<Input, Output>[]): readonly number[];

  /** Describes an operation for people, for example `write 3` or `read -> 3`. */
  describe(input: Input, output: Output | undefined): string;

  /** Describes a state for people. */
  describeState(state: State): string;
}

/** A recorded operation, translated to the input and output of a model. */
export type Interpreted<Input, Output> = {
  /** The request. */
  readonly input: Input;
  /** The result; undefined for an open operation. */
  readonly output: Output | undefined;
};

/**
 * A model that can read the operations of history files.
 *
 * The checker calls `interpret` once for each operation before the search, so that the search only sees valid data. A
 * failed or open operation has no output, and neither has a read whose answer was not recorded.
 *
 * @throws InterpretError from `interpret` when the model does not know the operation.
 */
export interface FileModel<State, Input, Output> extends Model<State, Input, Output> {
  /** Reads an operation of a file. `reading` is how the file was read; most models need not look at it. */
  interpret(operation: Operation, reading?: Reading): Interpreted<Input, Output>;
}

/** The model does not know an operation of a file. The message is one line. */
export class InterpretError extends Error {
  /** The name of this kind of error. */
  override readonly name = "InterpretError";
}
