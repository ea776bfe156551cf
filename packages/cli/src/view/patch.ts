import type { Patch, PatchValue } from "./recording.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The changes from one state of a core to the next; undefined when there are none. */
export function patchBetween(before: Fields, after: Fields): Patch | undefined {
  if (before === after) return undefined;
  const patch: Record<string, PatchValue> = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const change = changeOf(before[key], after[key]);
    if (change !== undefined) patch[key] = change;
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}

function changeOf(old: unknown, now: unknown): PatchValue | undefined {
  if (old === now) return undefined;
  if (now === undefined) return null;
  if (isFields(old) && isFields(now) && old["type"] === now["type"]) return patchBetween(old, now);
  const written = plain(now);
  const isSame = Array.isArray(now) && JSON.stringify(plain(old)) === JSON.stringify(written);
  return isSame ? undefined : written;
}

/** A value of the core as JSON: fields that are undefined are left out, and of bytes only their number stays. */
export function plain(value: unknown): PatchValue {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return value;
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Uint8Array) return `(${value.length} B)`;
  if (!isFields(value)) return null;
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(entries.map(([key, field]) => [key, plain(field)]));
}

function isFields(value: unknown): value is Fields {
  if (typeof value !== "object" || value === null) return false;
  return !Array.isArray(value) && !ArrayBuffer.isView(value);
}
