/**
 * What of a state changed, as two partial values: what it was before and what it is after. A value that only has other
 * fields is told by those fields, down to the last; one of another `type`, and a list, is told as a whole. What is before
 * and not after was removed.
 */
export type Changes = {
  /** What changed, as it was. */
  readonly before: Fields;
  /** What changed, as it is. */
  readonly after: Fields;
};

/** A value with fields: a state, a role, a record by node. */
export type Fields = Readonly<Record<string, unknown>>;

/** What changed from one value to the next; two empty ones when nothing did. */
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

/** The value after these changes: the way back from what a trace holds. */
export function withChanges(value: Fields, { before, after }: Changes): Fields {
  const changed: Record<string, unknown> = { ...value };
  for (const key of Object.keys(before)) if (!Object.hasOwn(after, key)) delete changed[key];
  for (const [key, now] of Object.entries(after)) {
    const [old, was] = [value[key], before[key]];
    const inner = isFields(old) && isFields(was) && isFields(now) && typeOf(now) === undefined;
    changed[key] = inner ? withChanges(old, { before: was, after: now }) : now;
  }
  return changed;
}

/** Whether two plain values are equal. Nearly all that did not change is the same object. */
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

/** Whether a value is one with fields, and no list and no bytes. */
export function isFields(value: unknown): value is Fields {
  if (typeof value !== "object" || value === null) return false;
  return !Array.isArray(value) && !ArrayBuffer.isView(value);
}

/** Which variant of a union it is. A record by node may have a node of that name, but no text for it. */
function typeOf(fields: Fields): string | undefined {
  return typeof fields.type === "string" ? fields.type : undefined;
}
