import type { Operation } from "../history/history.ts";

/**
 * What an object does when it is used by one client at a time: the specification that a concurrent
 * history is judged by.
 *
 * All functions must be pure, and states immutable: the search keeps many states at a time and comes
 * back to old ones.
 */
export interface Model<State, Input, Output> {
  /** A short name, as shown to people. */
  readonly name: string;

  /** The state before any operation. Must not be undefined. */
  readonly init: State;

  /**
   * The state after `input` returned `output`, undefined when it cannot have returned that.
   *
   * `output` is undefined for an operation of which nobody heard: then any output is right, and what
   * counts is what it does to the state. A model in which that is not determined has to have as its
   * state the set of all states that are possible.
   */
  step(state: State, input: Input, output: Output | undefined): State | undefined;

  /** The same for two states exactly when no later step can tell them apart. */
  key(state: State): string | number;

  /**
   * The object that an operation is about. Operations on different objects must not affect each other:
   * then a history is linearizable exactly when that of each object is (Herlihy and Wing's locality;
   * Horn and Kroening, "Faster linearizability checking via P-compositionality", 2015). Left out when
   * there is but one object.
   */
  partition?(input: Input): string;

  /**
   * Whether an operation leaves every state as it is. Optional, and only ever a matter of speed: such an
   * operation is placed as soon as it is legal, and no other place is tried for it. Leave it out when
   * in doubt; an operation that merely may leave the state alone must not be named here.
   */
  readOnly?(input: Input, output: Output | undefined): boolean;

  /**
   * A guess at the order of effects: for each of `operations`, which all returned and are of one object,
   * a number, lower for what comes earlier. Optional, and only ever a matter of speed: of what could come
   * next, the search tries the lowest first. Without it, or among equals, that is what returned first.
   */
  rank?(operations: readonly Spoken<Input, Output>[]): readonly number[];

  /** An operation as people read it, for example `write 3` or `read -> 3`. */
  describe(input: Input, output: Output | undefined): string;

  /** A state as people read it. */
  describeState(state: State): string;
}

/** What a recorded operation says in a model's own words. */
export type Spoken<Input, Output> = {
  /** What was asked for. */
  readonly input: Input;
  /** What was returned; undefined when nobody heard of it. */
  readonly output: Output | undefined;
};

/**
 * A model that understands operations as files tell them.
 *
 * `interpret` is asked once for each operation, before the search, so that the search deals with data
 * that is known to be right. It is given no output for operations that are failed or open.
 *
 * @throws InterpretError from `interpret` when the model has no such operation.
 */
export interface FileModel<State, Input, Output> extends Model<State, Input, Output> {
  /** Reads an operation of a file. */
  interpret(operation: Operation): Spoken<Input, Output>;
}

/** An operation of a file is none that the model knows. The message is one readable line. */
export class InterpretError extends Error {
  /** What tells it from other errors. */
  override readonly name = "InterpretError";
}
