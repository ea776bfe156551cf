import type { Operation } from "./history.ts";
import { canonical, isList, sameValue, type Value } from "./value.ts";

/** A key and a value in one: what `jepsen.independent` makes of the value of an operation. */
export type KeyedValue = { readonly key: Value; readonly value: Value };

/** Reads `[key value]`; undefined when it is something else. */
export function keyedValue(value: Value): KeyedValue | undefined {
  if (!isList(value) || value.length !== 2) return undefined;
  return { key: value[0] ?? null, value: value[1] ?? null };
}

/** What is wrong with a value that should be `[key value]`, with this key if one is given. */
export function keyedProblem(value: Value, key?: Value): string {
  const wanted = key === undefined ? "[key value]" : `[key value] with the key ${canonical(key)}`;
  return `with independent keys the value must be ${wanted}, not ${canonical(value)}`;
}

/** What to do about a history that {@link looksIndependent}. */
export const INDEPENDENT_HINT =
  "the values look like [key value] of independent keys: --independent judges each key by itself, " +
  "--no-independent takes the values as they are (in a program: independent: true or false)";

/**
 * The first operation that shows that the values of a history are `[key value]`; undefined when they do not look like it.
 *
 * All requests are pairs, and one that asks for `[key nil]` got `[key something]`, or a compare-and-set has
 * `[key [expected new]]`.
 */
export function looksIndependent(operations: readonly Operation[]): Operation | undefined {
  const isPair = ({ input }: Operation): boolean =>
    input.key === undefined && input.f !== "txn" && keyedValue(input.value) !== undefined;
  if (!operations.every(isPair)) return undefined;
  return operations.find((operation) => asksForKey(operation) || comparesOfKey(operation));
}

function asksForKey(operation: Operation): boolean {
  const asked = keyedValue(operation.input.value);
  if (asked === undefined || asked.value !== null || operation.status !== "ok") return false;
  const got = keyedValue(operation.output);
  return got !== undefined && sameValue(got.key, asked.key);
}

function comparesOfKey({ input }: Operation): boolean {
  const asked = input.f === "cas" ? keyedValue(input.value) : undefined;
  return asked !== undefined && !isList(asked.key) && keyedValue(asked.value) !== undefined;
}
