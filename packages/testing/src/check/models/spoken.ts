import type { Operation } from "../../history/history.ts";
import { canonical, isList, type Value } from "../../history/value.ts";
import { InterpretError } from "../model.ts";

/** The output of an operation, undefined where nobody heard one. */
export function outputOf(operation: Operation): Value | undefined {
  return operation.status === "ok" ? operation.output : undefined;
}

/** The object an operation is about, as text; the empty text when it names none. */
export function keyOf({ input }: Operation): string {
  return input.key === undefined ? "" : canonical(input.key);
}

/** What a description begins with when there are several objects. */
export function about(key: string): string {
  return key === "" ? "" : `${key}: `;
}

/** Reads a pair of values, which is what a compare-and-set asks with. */
export function pairOf({ input }: Operation): readonly [Value, Value] {
  const { f, value } = input;
  if (isList(value) && value.length === 2) return [value[0] ?? null, value[1] ?? null];
  throw new InterpretError(`${f} needs a pair [expected, new], not ${canonical(value)}`);
}

/** Reads an output that must be true or false. */
export function booleanOutputOf(operation: Operation): boolean | undefined {
  const output = outputOf(operation);
  if (output === undefined || typeof output === "boolean") return output;
  throw new InterpretError(
    `${operation.input.f} must return true or false, not ${canonical(output)}`,
  );
}

/** Reads an output that must be a list. */
export function listOutputOf(operation: Operation): readonly Value[] | undefined {
  const output = outputOf(operation);
  if (output === undefined || isList(output)) return output;
  throw new InterpretError(`${operation.input.f} must return a list, not ${canonical(output)}`);
}

/** Refuses an operation that a model has not. */
export function unknownFunction(model: string, f: string, known: string): never {
  throw new InterpretError(`the model ${model} has no ${JSON.stringify(f)}, only ${known}`);
}
