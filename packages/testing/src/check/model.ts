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

  /**
   * A key that is the same for two states exactly when no later step can distinguish them. With {@link same} it may also be
   * the same for states that differ.
   */
  key(state: State): string | number;

  /**
   * Whether no later step can distinguish two states with the same key. Optional: without it, the key alone decides. With
   * it, a key can be a short hash of a large state.
   */
  same?(one: State, other: State): boolean;

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
   * Whether an operation is possible in every state and leads to the same state from all of them, like the write of a
   * register. Optional; it only affects speed: such an operation can always take effect unseen, right before another one of
   * its kind. Leave it out when in doubt: it must be false when the result depends on the state.
   */
  overwrites?(input: Input, output: Output | undefined): boolean;

  /**
   * Whether `one` can wait for `other`: if it came before, it can come after it as well. Optional; it only affects speed: the
   * search leaves for later what makes no difference to the operation that must come next. It is true if the two can change
   * places in every state without a difference to what is possible and to the state after both.
   *
   * A model may also look at `state`, where both are still to come. Then the promise is about groups. Take some operations
   * that are still to come, and let each of them wait for each of the others that are to come. In every possible order from
   * `state`, these can be moved behind the last of the others, in the same order among themselves: the new order is possible
   * too, and ends in the same state.
   *
   * Leave it out when in doubt: without it, every order counts as different. Operations that are `readOnly` can always wait
   * for each other.
   */
  canWait?(
    one: Interpreted<Input, Output>,
    other: Interpreted<Input, Output>,
    state: State,
  ): boolean;

  /**
   * Guesses the order of effects: one number for each of `operations`, lower for earlier effects. They address one object.
   * Optional; it only affects speed: among the operations that could come next, the search first tries the one with the
   * lowest number. Without it, and among equals, it first tries the one that returned first. Infinity means that there is no
   * guess for an operation.
   */
  rank?(operations: readonly Timed<Input, Output>[]): readonly number[];

  /**
   * What the operations on one object can tell apart, which is often less than any operation could. Optional; it only affects
   * speed: the search visits only one of several states that these operations cannot tell apart, and tries open operations
   * that they cannot tell apart in one order only. Undefined if they can tell apart whatever {@link key} does.
   */
  distinctions?(
    operations: readonly Interpreted<Input, Output>[],
  ): Distinctions<State, Input> | undefined;

  /** Describes an operation for people, for example `write 3` or `read -> 3`. */
  describe(input: Input, output: Output | undefined): string;

  /** Describes a state for people. */
  describeState(state: State): string;
}

/** What some operations can tell apart: see `Model.distinctions`. */
export type Distinctions<State, Input> = {
  /**
   * A key that is the same for two states only if none of the operations can tell them apart: each of them is possible in both
   * or in neither, and leads to states with the same key again.
   */
  key(state: State): string | number;
  /**
   * A text that is the same for two operations that never returned only if, from every state, they lead to states that none of
   * the operations can tell apart; undefined if there may be no other operation like that one.
   */
  effect(input: Input): string | undefined;
};

/** A recorded operation, translated to the input and output of a model. */
export type Interpreted<Input, Output> = {
  /** The request. */
  readonly input: Input;
  /** The result; undefined for an open operation. */
  readonly output: Output | undefined;
};

/** The request and the result of an operation, with its times. */
export type Timed<Input, Output> = Interpreted<Input, Output> & {
  /** The time of its call. */
  readonly call: number;
  /** The time of its return; Infinity for an open operation. */
  readonly return: number;
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
  /** The line of the file that has the operation; undefined when it came from no file. */
  readonly line: number | undefined;

  /** Takes a message, and the line if it is known. The checker adds both the operation and its line. */
  constructor(message: string, line?: number) {
    super(message);
    this.line = line;
  }
}
