/**
 * The arguments and results of operations: plain data as in JSON.
 *
 * Values are compared by content.
 */
export type Value = null | boolean | number | string | readonly Value[] | ValueRecord;

/** Named values. The order of the names has no meaning. */
export type ValueRecord = { readonly [name: string]: Value };

/** A text that is the same for two values exactly when they are equal: JSON with sorted names. */
export function canonical(value: Value): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonical).join(",")}]`;
  const names = Object.keys(value).toSorted();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name] ?? null)}`).join(",")}}`;
}

/** Whether two values are equal as data. */
export function sameValue(one: Value, other: Value): boolean {
  if (one === other) return true;
  // Only lists and records can be equal without being the same.
  if (typeof one !== "object" || typeof other !== "object") return false;
  return canonical(one) === canonical(other);
}

/** Whether a value is a list. `Array.isArray` alone loses the type of the elements. */
export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/**
 * Whether a number is exact. Integers beyond 2^53 are not: reading rounds them, and two different values of a history
 * would become one.
 */
export function isExact(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}
