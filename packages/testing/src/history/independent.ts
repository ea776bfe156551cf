import type { Operation } from "./history.ts";
import type { ReadingOptions } from "./reading.ts";
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

/** Functions without an argument, or with one that is never `[key nil]`. */
const WITHOUT_ARGUMENT: readonly string[] = [
  "read",
  "get",
  "dequeue",
  "delete",
  "acquire",
  "release",
];

const CAS: readonly string[] = ["cas", "compareAndSet"];

/**
 * The first operation that shows that values of a history are `[key value]`; undefined when none does. The others may have
 * any form: two keys must not become one object because of an operation beside them.
 *
 * It is one that needs no argument and has `[key nil]`, one that asks for `[key nil]` and got `[key something]`, or a
 * compare-and-set of `[key [expected new]]`. The last may also be a value that a pair replaces: then a read finds such pairs.
 */
export function looksIndependent(operations: readonly Operation[]): Operation | undefined {
  const alone = operations.filter(({ input }) => input.key === undefined && input.f !== "txn");
  const asking = alone.find(asksForKey);
  if (asking !== undefined) return asking;
  const comparing = alone.find(comparesOfKey);
  return comparing === undefined || alone.some(findsPair) ? undefined : comparing;
}

/**
 * The options with `independent` as a report must tell it: true; false if values that could be `[key value]` were values of
 * one object; nothing if there were none.
 */
export function pairsRead(
  { independent, ...options }: ReadingOptions,
  operations: readonly Operation[],
): ReadingOptions {
  if (independent === true) return { ...options, independent };
  return operations.some(hasPair) ? { ...options, independent: false } : options;
}

function hasPair({ input }: Operation): boolean {
  const { f, key, value } = input;
  if (key !== undefined || f === "txn") return false;
  const pair = keyedValue(value);
  if (pair === undefined) return false;
  return !CAS.includes(f) || keyedValue(pair.value) !== undefined;
}

function asksForKey(operation: Operation): boolean {
  const { f, value } = operation.input;
  const asked = keyedValue(value);
  if (asked === undefined || asked.value !== null || CAS.includes(f)) return false;
  if (WITHOUT_ARGUMENT.includes(f)) return true;
  const got = operation.status === "ok" ? keyedValue(operation.output) : undefined;
  return got !== undefined && got.value !== null && sameValue(got.key, asked.key);
}

function comparesOfKey({ input }: Operation): boolean {
  const asked = CAS.includes(input.f) ? keyedValue(input.value) : undefined;
  if (asked === undefined || asked.key === null || isList(asked.key)) return false;
  return keyedValue(asked.value) !== undefined;
}

/** Whether an operation that has no pair found one: then the values themselves are pairs. */
function findsPair(operation: Operation): boolean {
  return (
    operation.status === "ok" &&
    keyedValue(operation.input.value) === undefined &&
    keyedValue(operation.output) !== undefined
  );
}
