import { exactText } from "../bytes/plain-text.ts";

/** How many differences are shown, and how long each value may be, in characters. */
const [SHOWN_MAX, TEXT_MAX] = [3, 60];

/**
 * How one value of plain data differs from another, in one line such as `.sum: 3 became 0; .names[2]: "ann" is missing`.
 * Undefined when it does not. The order of keys does not count.
 */
export function plainDifference(one: unknown, other: unknown): string | undefined {
  if (Object.is(one, other)) return undefined;
  const found: string[] = [];
  compare(one, other, "", found);
  if (found.length === 0) return undefined;
  const more = found.length > SHOWN_MAX ? "; and more" : "";
  return found.slice(0, SHOWN_MAX).join("; ") + more;
}

/** A value in a few characters. */
export function shortText(value: unknown): string {
  const text = value === undefined ? "nothing" : exactText(value);
  return text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX)}...`;
}

type Plain = Readonly<Record<string | number, unknown>>;

function compare(one: unknown, other: unknown, place: string, found: string[]): void {
  if (Object.is(one, other) || found.length > SHOWN_MAX) return;
  const keys = keysOf(one, other);
  if (keys === undefined) {
    found.push(`${named(place)}${shortText(one)} became ${shortText(other)}`);
    return;
  }
  const [ours, theirs] = [one as Plain, other as Plain];
  for (const key of keys) {
    if (found.length > SHOWN_MAX) return;
    const inner = place + stepText(key);
    if (!Object.hasOwn(theirs, key)) found.push(`${inner}: ${shortText(ours[key])} is missing`);
    else if (!Object.hasOwn(ours, key)) found.push(`${inner}: ${shortText(theirs[key])} is new`);
    else compare(ours[key], theirs[key], inner, found);
  }
}

/** The keys of both; undefined when they cannot be compared part by part. */
function keysOf(one: unknown, other: unknown): Iterable<string | number> | undefined {
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null)
    return undefined;
  if (isList(one) !== isList(other) || Array.isArray(one) !== Array.isArray(other))
    return undefined;
  if (isList(one) && isList(other)) return placesIn(one, other);
  return new Set([...Object.keys(one), ...Object.keys(other)]);
}

/** A generator, because byte strings are long. */
function* placesIn(one: ArrayLike<unknown>, other: ArrayLike<unknown>): Generator<number> {
  for (let at = 0; at < Math.max(one.length, other.length); at += 1) yield at;
}

/** Bytes may be of another realm, such as that of a test runner. */
function isList(value: object): value is ArrayLike<unknown> & object {
  return Array.isArray(value) || ArrayBuffer.isView(value);
}

function named(place: string): string {
  return place === "" ? "" : `${place}: `;
}

function stepText(key: string | number): string {
  if (typeof key === "number") return `[${key}]`;
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
