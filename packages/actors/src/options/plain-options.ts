/**
 * Why the properties of an object cannot all be seen where it is used; undefined when it is plain.
 *
 * Options are copied by their own properties, and may be read more than once. So an option that a class or a prototype
 * adds would be lost, and one that a getter computes could differ from the one that was checked.
 *
 * @returns the end of a sentence that begins with the place of the object, or of its property `name`.
 */
export function whyNotPlain(
  given: object,
): { readonly name: string | undefined; readonly text: string } | undefined {
  if (!hasPlainPrototype(given))
    return {
      name: undefined,
      text: `is not a plain object, and what it inherits from ${classOf(given)} would not be read`,
    };
  for (const name of Object.getOwnPropertyNames(given)) {
    const property = Object.getOwnPropertyDescriptor(given, name);
    if (property !== undefined && !("value" in property))
      return { name, text: "is a getter: give its value" };
    if (property?.enumerable !== true)
      return { name, text: "is not enumerable: give it as an ordinary property" };
  }
  return undefined;
}

/** The prototype may be of another realm, such as that of a test runner. */
function hasPlainPrototype(given: object): boolean {
  const prototype = Object.getPrototypeOf(given) as object | null;
  if (prototype === null || prototype === Object.prototype) return true;
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, "isPrototypeOf");
}

function classOf(given: object): string {
  const { constructor } = given;
  const name: unknown = typeof constructor === "function" ? constructor.name : "";
  return typeof name === "string" && name !== "" && name !== "Object"
    ? `its class ${name}`
    : "its prototype";
}
