import { inspect } from "#platform";
import type { Model } from "./model.ts";

/**
 * A function of a model threw, or returned what it must not. The message is one line: the model, the function, the operation or the state, and the error.
 *
 * A custom model is code of the user: its errors must not look like those of the checker.
 */
export class ModelError extends Error {
  /** The name of this kind of error. */
  override readonly name = "ModelError";

  /** Takes the name of the model, the function with the operation or the state, and what the function threw. */
  constructor(model: string, about: string, thrown: unknown) {
    const text = thrown instanceof Error ? thrown.message : String(thrown);
    const [line = ""] = text.split("\n", 1);
    const did = thrown instanceof WrongResult ? "returned something wrong from" : "threw in";
    super(`the model ${model} ${did} ${about}: ${line}`, { cause: thrown });
  }
}

/** A function of a model returned what no model may return. */
export class WrongResult extends Error {}

/** Calls a function of a model. @throws ModelError with `about` when it throws. */
export function callModel<Result>(
  { name }: Pick<Model<never, never, never>, "name">,
  about: () => string,
  call: () => Result,
): Result {
  try {
    return call();
  } catch (error) {
    throw error instanceof ModelError ? error : new ModelError(name, about(), error);
  }
}

/** An operation for an error. The model that describes it is the one that threw, so it may throw again. */
export function operationText<State, Input, Output>(
  model: Model<State, Input, Output>,
  input: Input,
  output: Output | undefined,
): string {
  return textBy(() => model.describe(input, output), { input, output });
}

/** A state for an error. */
export function stateText<State>(model: Model<State, never, never>, state: State): string {
  return textBy(() => model.describeState(state), state);
}

const SHORT = { depth: 3, breakLength: Infinity, compact: true, maxStringLength: 100 };
const TEXT_MAX = 200;

/** What a model says of a value; the value itself when the model fails here too. */
function textBy(describe: () => string, value: unknown): string {
  const text = described(describe) ?? inspect(value, SHORT);
  return text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX)}...`;
}

function described(describe: () => unknown): string | undefined {
  try {
    const text = describe();
    return typeof text === "string" ? text : undefined;
  } catch {
    return undefined;
  }
}
