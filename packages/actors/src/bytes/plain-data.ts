/// <reference lib="es2024.string" />

/** Data nested deeper than this is taken for data that holds itself. */
const DEPTH_MAX = 100;

/**
 * Checks that msgpack carries a value as it is: null, undefined, booleans, numbers, strings of whole Unicode
 * characters, `Uint8Array`, arrays and objects of these. Of anything else it would make something else without a word:
 * nothing of a function, an object of a map, of half a surrogate pair the same as of any other half.
 *
 * @throws TypeError that says what is not plain.
 */
export function checkPlain(value: unknown, depth = 0): void {
  if (typeof value === "string") return checkText(value);
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
  for (const key in value) {
    // Whoever reads it back would set the prototype with it, or drop it.
    if (key === "__proto__")
      throw new TypeError("an object with a key __proto__ is not plain data");
    checkText(key);
    checkPlain(value[key as keyof typeof value], depth + 1);
  }
}

function checkText(text: string): void {
  if (!text.isWellFormed())
    throw new TypeError("a string with half a surrogate pair is not plain data");
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
