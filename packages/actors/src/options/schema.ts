import { KontikiError } from "../errors.ts";
import { nearest } from "./nearest.ts";
import { whyNotPlain } from "./plain-options.ts";
import { isRecord, shown, type Rule } from "./rules.ts";

/** An option that must be given. */
export type Needed<Value> = { readonly needed: Rule<Value> };

/** Marks an option that must be given. */
export function needed<Value>(rule: Rule<Value>): Needed<Value> {
  return { needed: rule };
}

/**
 * One rule for each option. It stands next to the type of the options and does not compile when it lacks one of them,
 * has one too many, or has a rule for another type. An option that may be left out may also be `undefined`.
 */
export type Schema<Options> = {
  readonly [Name in keyof Options]-?: undefined extends Options[Name]
    ? Rule<Exclude<Options[Name], undefined>>
    : Needed<Options[Name]>;
};

type AnySchema = Readonly<Record<string, Rule<unknown> | Needed<unknown>>>;

/**
 * Checks all options of a function: their names and their values.
 *
 * @param where the name of the function, as its users know it.
 * @param argument the name of the argument when it cannot be left out.
 * @throws KontikiError with one line that names the function, the option and its value, and says what is allowed.
 */
export function checkOptions<Options>(
  where: string,
  schema: Schema<Options>,
  given: Options | undefined,
  argument?: string,
): void {
  const wrong = wrongOptions(where, schema, given, argument);
  if (wrong !== undefined) throw new KontikiError(wrong);
}

/** What is wrong with the options of a function; undefined when nothing is, and when they are left out. */
export function wrongOptions<Options>(
  where: string,
  schema: Schema<Options>,
  given: Options | undefined,
  argument?: string,
): string | undefined {
  if (given === undefined && argument === undefined) return undefined;
  return wrongIn(schema as AnySchema, given, `${where}: ${argument ?? "options"}`, `${where}: `);
}

/** An object with these fields and no others. */
export function fields<Options>(schema: Schema<Options>): Rule<Options> {
  return (value, path) => wrongIn(schema as AnySchema, value, path, `${path}.`);
}

/** @param inner what the path of each field begins with. */
function wrongIn(
  schema: AnySchema,
  given: unknown,
  path: string,
  inner: string,
): string | undefined {
  if (given instanceof Promise) return `${path} is a Promise: await it`;
  if (!isRecord(given)) return `${path} is ${shown(given)}: give an object such as ${like(schema)}`;
  const impure = whyNotPlain(given);
  if (impure !== undefined && impure.name === undefined)
    return `${path} ${impure.text}: give an object such as ${like(schema)}`;
  for (const name of Reflect.ownKeys(given))
    if (typeof name === "symbol" || !Object.hasOwn(schema, name))
      return unknownOption(schema, name, inner);
  if (impure !== undefined) return `${inner}${impure.name} ${impure.text}`;
  for (const name in schema) {
    const entry = schema[name] as AnySchema[string];
    const value = given[name];
    if (value === undefined && typeof entry === "function") continue;
    const check = typeof entry === "function" ? entry : entry.needed;
    const wrong = check(value, inner + name);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function like(schema: AnySchema): string {
  const [first, ...more] = Object.keys(schema);
  return `{ ${first}: ...${more.length > 0 ? ", ..." : ""} }`;
}

/** `{ learner: true }` where there is `as: "learner"` gets that as the suggestion. */
function unknownOption(schema: AnySchema, wrong: string | symbol, inner: string): string {
  const names = Object.keys(schema);
  if (typeof wrong === "symbol")
    return `${inner}${shown(wrong)} is not an option: the options are ${names.join(", ")}`;
  const of = names.find((name) => wordsOf(schema[name]).includes(wrong));
  const near = of === undefined ? nearest(wrong, names) : `${of}: ${shown(wrong)}`;
  const name = /^[\w$]+$/.test(wrong) ? wrong : shown(wrong);
  return near === undefined
    ? `${inner}${name} is not an option: the options are ${names.join(", ")}`
    : `${inner}${name} is not an option: did you mean ${near}?`;
}

function wordsOf(entry: AnySchema[string] | undefined): readonly string[] {
  const rule = typeof entry === "object" ? entry.needed : entry;
  return rule?.words ?? [];
}
