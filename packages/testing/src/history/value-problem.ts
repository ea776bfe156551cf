import { EdnTagged, EdnMap, EdnSet } from "./value.ts";
import { EdnValue } from "./edn-scalars.ts";
import { isPlainRecord } from "./plain-record.ts";

/**
 * What of a value cannot be compared with other values, with its place; undefined when all can. Programs may give objects
 * of any class, such as a Date, that have no fields to compare.
 */
export function valueProblem(value: unknown, place: string): string | undefined {
  if (typeof value === "function" || typeof value === "symbol")
    return `${place} is a ${typeof value}, which is no value of a history`;
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return undefined;
  if (value instanceof EdnTagged) return valueProblem(value.value, `${place}.value`);
  if (value instanceof EdnSet) return problemIn(value.items, `${place}.items`);
  if (value instanceof EdnMap) return problemIn(value.entries, `${place}.entries`);
  if (value instanceof EdnValue) return undefined;
  if (Array.isArray(value)) return problemIn(value, place);
  if (!isPlainRecord(value))
    return `${place} is a ${classOf(value)}, which is no value of a history`;
  for (const name of Object.keys(value)) {
    const problem = valueProblem(
      (value as Readonly<Record<string, unknown>>)[name],
      `${place}.${name}`,
    );
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function problemIn(items: readonly unknown[], place: string): string | undefined {
  for (const [at, item] of items.entries()) {
    const problem = valueProblem(item, `${place}[${at}]`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function classOf(value: object): string {
  const { constructor: made } = value as { readonly constructor?: unknown };
  return typeof made === "function" && made.name !== "" ? made.name : "object of a class";
}
