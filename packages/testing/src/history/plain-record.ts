/**
 * Whether an object is made of names and values alone: that of a literal, of any realm, and not one of a class, whose
 * content may be hidden.
 */
export function isPlainRecord(value: object): boolean {
  if (Object.getOwnPropertySymbols(value).length > 0) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
