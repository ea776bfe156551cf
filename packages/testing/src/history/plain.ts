export { shortText as plainText } from "@kontiki/actors/node";
import {
  checkPlain,
  decodeCopy,
  encodePlain,
  messageOf,
  NotPlainError,
} from "@kontiki/actors/node";

/**
 * Whether two values are equal as plain data (null, booleans, numbers, strings, bytes, lists, records). It ignores
 * prototypes, because it compares decoded values with values that a state machine made.
 */
export function samePlain(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null)
    return false;
  if (isRow(one)) return isRow(other) && sameRow(one, other);
  if (isRow(other)) return false;
  const [ours, theirs] = [one as PlainRecord, other as PlainRecord];
  const names = Object.keys(ours);
  if (names.length !== Object.keys(theirs).length) return false;
  return names.every((name) => Object.hasOwn(theirs, name) && samePlain(ours[name], theirs[name]));
}

/**
 * A copy of plain data, as a node would decode it from a log or a letter. What a check or a plan remembers is a copy: the
 * code under test may change the original later.
 */
export function copyPlain<Value>(value: Value): Value {
  return typeof value === "object" && value !== null
    ? (decodeCopy(encodePlain(value, "value")) as Value)
    : value;
}

/**
 * Describes the part of a value that is not plain data, such as "a Promise" or "a Date at .items[3].when"; undefined when
 * all of it is plain.
 */
export function unplain(value: unknown, depthMax?: number): string | undefined {
  try {
    checkPlain(value, "value", depthMax);
    return undefined;
  } catch (error) {
    if (!(error instanceof NotPlainError)) return messageOf(error);
    return error.place === "" ? error.what : `${error.what} at ${error.place}`;
  }
}

type PlainRecord = Readonly<Record<string, unknown>>;
type Row = Uint8Array | readonly unknown[];

/** Bytes may be of another realm, such as that of a test runner. */
function isRow(value: object): value is Row {
  return Array.isArray(value) || ArrayBuffer.isView(value);
}

function sameRow(one: Row, other: Row): boolean {
  if (one.length !== other.length || Array.isArray(one) !== Array.isArray(other)) return false;
  for (let at = 0; at < one.length; at += 1) if (!samePlain(one[at], other[at])) return false;
  return true;
}
