import { EdnTagged, EdnMap, EdnSet } from "./value.ts";
import { EdnValue } from "./edn-scalars.ts";
import { isPlainRecord } from "./plain-record.ts";

/**
 * What of a value cannot be compared with other values, with its place; undefined when all can. Programs may give objects
 * of any class, such as a Date, that have no fields to compare.
 */
export function valueProblem(value: unknown, place: string): string | undefined {
  return problemOf(value, place, 0);
}

/** Values that nest deeper are taken for ones that hold themselves. */
const DEPTH_MAX = 1000;

function problemOf(value: unknown, place: string, depth: number): string | undefined {
  if (typeof value === "function" || typeof value === "symbol")
    return `${place} is a ${typeof value}, which is no value of a history`;
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return undefined;
  if (depth > DEPTH_MAX) return `a value nests deeper than ${DEPTH_MAX}, or holds itself`;
  if (value instanceof EdnTagged) return problemOf(value.value, `${place}.value`, depth + 1);
  if (value instanceof EdnSet) return problemIn(value.items, `${place}.items`, depth);
  if (value instanceof EdnMap) return problemIn(value.entries, `${place}.entries`, depth);
  if (value instanceof EdnValue) return undefined;
  if (Array.isArray(value)) return problemIn(value, place, depth);
  if (!isPlainRecord(value))
    return `${place} is a ${classOf(value)}, which is no value of a history`;
  for (const name of Object.keys(value)) {
    const inside = (value as Readonly<Record<string, unknown>>)[name];
    const problem = problemOf(inside, `${place}.${name}`, depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function problemIn(items: readonly unknown[], place: string, depth: number): string | undefined {
  for (const [at, item] of items.entries()) {
    const problem = problemOf(item, `${place}[${at}]`, depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function classOf(value: object): string {
  const { constructor: made } = value as { readonly constructor?: unknown };
  return typeof made === "function" && made.name !== "" ? made.name : "object of a class";
}
