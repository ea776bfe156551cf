import { Buffer, isBoxedPrimitive, isSurelyBare, isUint8Array } from "#platform";

/** From this length on, listing the names of an array costs more than describing it without its elements. */
const LONG_ARRAY = 64;

/**
 * Whether an array has no other properties than its elements.
 *
 * Nothing in the language tells that without listing all indexes, which costs more than encoding them: of a long array
 * the platform may know it. Otherwise the keys decide.
 */
export function hasOnlyElements(array: readonly unknown[]): boolean {
  if (array.length >= LONG_ARRAY && isSurelyBare(array)) return true;
  // Indexes come first, then the other names, of which `length` is the first, then symbols.
  return Reflect.ownKeys(array).at(-1) === "length";
}

/** Whether an object with this many enumerable keys has nothing else. */
export function hasOnlyKeys(object: object, count: number): boolean {
  return (
    Object.getOwnPropertyNames(object).length === count &&
    Object.getOwnPropertySymbols(object).length === 0
  );
}

/** The property that an array or object should not have: "a symbol key Symbol(s)". */
export function strayOf(value: object): string {
  const stray = Reflect.ownKeys(value).find((key) =>
    typeof key === "string" && Array.isArray(value)
      ? key !== "length" && !isIndex(key)
      : typeof key === "symbol" || !Object.prototype.propertyIsEnumerable.call(value, key),
  );
  if (typeof stray === "symbol") return `the key ${String(stray)}`;
  return Array.isArray(value)
    ? `a property ${JSON.stringify(stray)}`
    : `a property ${JSON.stringify(stray)} that is not enumerable`;
}

function isIndex(key: string): boolean {
  const index = Number(key);
  return index >>> 0 === index && index < 2 ** 32 - 1 && String(index) === key;
}

/** Whether an object with this prototype is a plain array, of this realm or another, and of no class. */
export function isArrayPrototype(prototype: unknown): boolean {
  if (prototype === Array.prototype) return true;
  return Array.isArray(prototype) && isObjectPrototype(Object.getPrototypeOf(prototype));
}

/** Whether this is `Object.prototype`, of this realm or another such as that of a test runner. */
export function isObjectPrototype(prototype: unknown): boolean {
  if (prototype === Object.prototype) return true;
  if (typeof prototype !== "object" || prototype === null) return false;
  return (
    Object.getPrototypeOf(prototype) === null &&
    Object.hasOwn(prototype, "isPrototypeOf") &&
    Object.hasOwn(prototype, "hasOwnProperty")
  );
}

/** Whether a value is a `Uint8Array` of any realm, or a `Buffer`, and of no other class. */
export function isBytes(value: object): value is Uint8Array {
  if (!isUint8Array(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Uint8Array.prototype || prototype === Buffer.prototype) return true;
  return prototype !== null && Object.hasOwn(prototype as object, "BYTES_PER_ELEMENT");
}

/** What an object is that is neither bytes nor a plain object or array: "a Date". */
export function kindOf(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null) return "an array without a prototype";
  const { constructor } = prototype as { readonly constructor?: unknown };
  const name: unknown = typeof constructor === "function" ? constructor.name : "";
  if (typeof name !== "string" || name === "" || name === "Object")
    return "an object with a prototype of its own";
  const kind = isBoxedPrimitive(value) ? `${name} object` : name;
  // "a Uint32Array"
  return `${/^(?!ui)[aeiou]/i.test(name) ? "an" : "a"} ${kind}`;
}
