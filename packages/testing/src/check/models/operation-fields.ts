import type { Operation } from "../../history/history.ts";
import { canonical, EdnSet, isList, type Value } from "../../history/value.ts";
import { InterpretError } from "../model.ts";

/** The output of an operation; undefined for a failed or open one. */
export function outputOf(operation: Operation): Value | undefined {
  return operation.status === "ok" ? operation.output : undefined;
}

/** The object that an operation addresses, as a canonical text; "" when it names none. */
export function keyOf({ input }: Operation): string {
  return input.key === undefined ? "" : canonical(input.key);
}

/** The beginning of a description: the key, when there is one. */
export function keyPrefix(key: string): string {
  return key === "" ? "" : `${key}: `;
}

/** Reads a pair of values: the argument of a compare-and-set. */
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

/** Reads an output that must be a list. Null found nothing, which is the empty list. */
export function listOutputOf(operation: Operation): readonly Value[] | undefined {
  const output = outputOf(operation);
  if (output === undefined || isList(output)) return output;
  if (output === null) return [];
  throw new InterpretError(`${operation.input.f} must return a list, not ${canonical(output)}`);
}

/** Reads an initial value that must be a list. Null is nothing, which is the empty list. */
export function listOf(model: string, value: Value): readonly Value[] {
  if (isList(value)) return value;
  if (value === null) return [];
  throw new InterpretError(`the model ${model} begins with a list, not with ${canonical(value)}`);
}

/** Reads an initial value that must be a set of values, or a list of them in any order. */
export function itemsOf(model: string, value: Value): readonly Value[] {
  return value instanceof EdnSet ? value.items : listOf(model, value);
}

/** Reads an output that must be a set of values, or a list of them in any order. */
export function itemsOutputOf(operation: Operation): readonly Value[] | undefined {
  const output = outputOf(operation);
  return output instanceof EdnSet ? output.items : listOutputOf(operation);
}

/** Rejects an operation that a model does not know. */
export function unknownFunction(model: string, f: string, known: string): never {
  const hint = f === "txn" ? ": for a txn there are txn-register and txn-list-append" : "";
  throw new InterpretError(`the model ${model} has no ${JSON.stringify(f)}, only ${known}${hint}`);
}
