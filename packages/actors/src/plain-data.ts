/** Data nested deeper than this is taken for data that holds itself. */
const DEPTH_MAX = 100;

/**
 * Checks that msgpack carries a value as it is: null, undefined, booleans, numbers, strings, `Uint8Array`, arrays and
 * objects of these. Of anything else it would make something else without a word: nothing of a function, an object of
 * a map.
 *
 * @throws TypeError that says what is not plain.
 */
export function checkPlain(value: unknown, depth = 0): void {
  if (typeof value !== "object") {
    if (typeof value === "function" || typeof value === "symbol" || typeof value === "bigint")
      throw new TypeError(`a ${typeof value} is not plain data`);
    return;
  }
  if (value === null || value instanceof Uint8Array) return;
  if (depth > DEPTH_MAX)
    throw new TypeError("what holds itself, or is nested too deep, is not plain data");
  if (Array.isArray(value)) {
    for (const item of value) checkPlain(item, depth + 1);
    return;
  }
  if (!isPlainObject(value)) throw new TypeError(`a ${value.constructor.name} is not plain data`);
  for (const key in value) checkPlain(value[key as keyof typeof value], depth + 1);
}

/** Also an object of another realm, such as a test runner's, or without a prototype. */
function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    prototype === Object.prototype ||
    prototype === null ||
    Object.getPrototypeOf(prototype) === null
  );
}
