/// <reference lib="es2024.string" />

/** Data nested deeper than this is assumed to contain itself. */
const DEPTH_MAX = 100;

/**
 * Checks that msgpack preserves a value: null, undefined, booleans, numbers, well-formed Unicode strings, `Uint8Array`,
 * and arrays and objects of these. It would silently change anything else: a function becomes nothing, a map becomes an
 * object, and all lone surrogates become the same character.
 *
 * @throws TypeError that says what is not plain data.
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
    throw new TypeError("a value that contains itself, or is nested too deep, is not plain data");
  if (Array.isArray(value)) {
    for (const item of value) checkPlain(item, depth + 1);
    return;
  }
  if (!isPlainObject(value)) throw new TypeError(`a ${value.constructor.name} is not plain data`);
  for (const key in value) {
    // A decoder would either set the prototype with it or drop it.
    if (key === "__proto__")
      throw new TypeError("an object with a key __proto__ is not plain data");
    checkText(key);
    checkPlain(value[key as keyof typeof value], depth + 1);
  }
}

function checkText(text: string): void {
  if (!text.isWellFormed()) throw new TypeError("a string with a lone surrogate is not plain data");
}

/** Includes objects of another realm, such as a test runner's, and objects without a prototype. */
function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    prototype === Object.prototype ||
    prototype === null ||
    Object.getPrototypeOf(prototype) === null
  );
}
