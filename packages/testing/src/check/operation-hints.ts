import { returnTime, type Operation } from "../history/history.ts";
import type { Model, Timed } from "./model.ts";
import { outputOf } from "./output-of.ts";

/** What a model tells about operations before a search, each by its position: its code in the search. */
export class OperationHints {
  /** Their ranks in the order in which the search tries them: from 0. */
  readonly ranks: Int32Array;
  readonly #readOnly: readonly boolean[];
  readonly #overwrites: readonly boolean[];
  readonly #guessed: readonly boolean[];

  /** Asks the model. */
  constructor(
    model: Model<unknown, unknown, unknown>,
    operations: readonly Operation<unknown, unknown>[],
  ) {
    const guess = model.rank?.(operations.map(timed)) ?? [];
    this.ranks = ranksOf(guess, operations);
    this.#readOnly = operations.map((one) => isReadOnly(model, one));
    this.#overwrites = operations.map(
      (one) => one.turn === undefined && model.overwrites?.(one.input, outputOf(one)) === true,
    );
    this.#guessed = operations.map((_, at) => (guess[at] ?? Infinity) < Infinity);
  }

  /** Whether an operation changes no state. */
  isReadOnly(code: number): boolean {
    return this.#readOnly[code] === true;
  }

  /** Whether an operation leads to the same state from everywhere. */
  overwrites(code: number): boolean {
    return this.#overwrites[code] === true;
  }

  /** Whether the model has a guess when an operation takes effect. */
  isGuessed(code: number): boolean {
    return this.#guessed[code] === true;
  }
}

/** Whether the model says that an operation changes no state. */
export function isReadOnly<State, Input, Output>(
  model: Model<State, Input, Output>,
  one: Operation<Input, Output>,
): boolean {
  return model.readOnly?.(one.input, outputOf(one)) === true;
}

/** An operation with its times, as a model gets it. */
export function timed<Input, Output>(one: Operation<Input, Output>): Timed<Input, Output> {
  return { input: one.input, output: outputOf(one), call: one.call, return: returnTime(one) };
}

/** Ranks operations by a guess; without one, by their returns. */
function ranksOf(
  guess: readonly number[],
  operations: readonly Operation<unknown, unknown>[],
): Int32Array {
  const ends = Float64Array.from(operations, returnTime);
  const inOrder = Int32Array.from(operations, (_, at) => at);
  inOrder.sort(
    (one, other) =>
      compare(guess[one] ?? 0, guess[other] ?? 0) || compare(ends[one] ?? 0, ends[other] ?? 0),
  );
  const ranks = new Int32Array(operations.length);
  for (const [rank, at] of inOrder.entries()) ranks[at] = rank;
  return ranks;
}

/** Compares two numbers, also infinite ones. */
function compare(one: number, other: number): number {
  return one === other ? 0 : one - other;
}
