import { checkArgument } from "../options/argument.ts";
import { rule } from "../options/rules.ts";

/**
 * The changes of a state, as two partial values: before and after. For a value with fields, only its changed fields are
 * included, recursively; a value of another `type` and a list are included as a whole. A field in `before` and not in
 * `after` was removed.
 */
export type Changes = {
  /** The old values of what changed. */
  readonly before: Fields;
  /** The new values of what changed. */
  readonly after: Fields;
};

/** A value with fields: a state, a role, a record by node. */
export type Fields = Readonly<Record<string, unknown>>;

/** The changes from one value to the next; both empty if there are none. */
export function changesBetween(before: Fields, after: Fields): Changes {
  const was: Record<string, unknown> = {};
  const is: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, now] = [before[key], after[key]];
    if (Object.hasOwn(before, key) === Object.hasOwn(after, key) && same(old, now)) continue;
    const inner = isFields(old) && isFields(now) && typeOf(old) === typeOf(now);
    const changed = inner ? changesBetween(old, now) : { before: old, after: now };
    if (Object.hasOwn(before, key)) was[key] = changed.before;
    if (Object.hasOwn(after, key)) is[key] = changed.after;
  }
  return { before: was, after: is };
}

/** Applies changes to a value: the inverse of `changesBetween`. */
export function withChanges(value: Fields, changes: Changes): Fields {
  checkArgument("withChanges", "value", FIELDS, value);
  checkArgument("withChanges", "changes", CHANGES, changes);
  return changed(value, changes);
}

const FIELDS = rule("an object", isFields);

const CHANGES = rule(
  "{ before, after }, as a traced step has them",
  (value) => isFields(value) && isFields(value["before"]) && isFields(value["after"]),
);

function changed(value: Fields, { before, after }: Changes): Fields {
  const result: Record<string, unknown> = { ...value };
  for (const key of Object.keys(before)) if (!Object.hasOwn(after, key)) delete result[key];
  for (const [key, now] of Object.entries(after)) {
    const [old, was] = [value[key], before[key]];
    const inner = isFields(old) && isFields(was) && isFields(now) && typeOf(now) === undefined;
    result[key] = inner ? changed(old, { before: was, after: now }) : now;
  }
  return result;
}

/** Whether two plain values are equal. Unchanged values are nearly always the same object. */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, at) => same(item, b[at]));
  if (!isFields(a) || !isFields(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]))
  );
}

/** Whether a value has fields: neither a list nor bytes. */
export function isFields(value: unknown): value is Fields {
  if (typeof value !== "object" || value === null) return false;
  return !Array.isArray(value) && !ArrayBuffer.isView(value);
}

/** The variant of a union. A record by node may have a node named "type", but its value is not a string. */
function typeOf(fields: Fields): string | undefined {
  return typeof fields.type === "string" ? fields.type : undefined;
}
