export { shortText as plainText } from "@kontiki/actors/node";
import {
  ASKED_DEPTH_MAX,
  checkPlain,
  COMMAND_BYTES_MAX,
  decodeCopy,
  encodeCommand,
  encodePlain,
  HEADER_BYTES,
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

/** The part of a value that is not plain data. */
export type Unplain = {
  /** "a Promise", "a Date at .items[3].when". */
  readonly what: string;
  /** What to use in its place, such as ": use null"; empty where nothing is known. */
  readonly instead: string;
};

/** Finds a part of a value that is not plain data; undefined when all of it is plain. */
export function unplain(value: unknown, depthMax?: number): Unplain | undefined {
  try {
    checkPlain(value, "value", depthMax);
    return undefined;
  } catch (error) {
    if (!(error instanceof NotPlainError)) return { what: messageOf(error), instead: "" };
    const { what, place, instead } = error;
    return { what: place === "" ? what : `${what} at ${place}`, instead };
  }
}

/** Why no node would take a command or a question. */
export type Unaskable = {
  /** What was given: "a Date at .when", "5000000 bytes". */
  readonly what: string;
  /** What to give instead. */
  readonly give: string;
};

/** Why no node would take a value as a command or a question, by the rules of a cluster's client; undefined when one would. */
export function unaskable(value: unknown): Unaskable | undefined {
  const wrong = unplain(value, ASKED_DEPTH_MAX);
  if (wrong !== undefined) return { what: wrong.what, give: `give plain data${wrong.instead}` };
  const { from, to } = encodeCommand(value);
  const size = HEADER_BYTES + to - from;
  if (size <= COMMAND_BYTES_MAX) return undefined;
  return { what: `${size} bytes`, give: `give at most ${COMMAND_BYTES_MAX}` };
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
