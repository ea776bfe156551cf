import { isExhaustion, messageOf } from "../errors.ts";
import { EXTENSION } from "./extensions.ts";
import { MsgpackWriter } from "./msgpack-writer.ts";
import { flawOf, NotPlainError, type Flaw } from "./plain-flaw.ts";
import type { Slice } from "./slice.ts";
import {
  hasOnlyElements,
  hasOnlyKeys,
  isArrayPrototype,
  isBytes,
  isObjectPrototype,
  kindOf,
  strayOf,
} from "./plain-shapes.ts";

/** How deep the values of clients may be nested. */
export const ASKED_DEPTH_MAX = 100;

/** How deep the values of a state machine may be nested: more, so that it can keep and answer what it was given. */
export const GIVEN_DEPTH_MAX = 1000;

/** The most bytes that can be left free before a value. */
const ROOM_MAX = 255;

/** How {@link encodePlain} encodes. */
export type PlainOptions = {
  /** Bytes to leave free before the value, 0 to 255. Their contents are undefined. Default: 0. */
  readonly room?: number;
  /** Default: {@link GIVEN_DEPTH_MAX}. */
  readonly depthMax?: number;
};

/** Undefined while it is in use: a getter that is read is code of the user, and may encode as well. */
let idle: MsgpackWriter | undefined = new MsgpackWriter();

/**
 * Encodes plain data as msgpack, in a shared buffer that must never be transferred to another thread. `decode` gives an
 * equal value, to the last bit and key, and equal values have equal bytes.
 *
 * Plain data is null, undefined, booleans, numbers, well-formed Unicode strings, `Uint8Array`, and arrays and objects of
 * these. An array has all its elements and no other properties. An object is of no class, and all its properties are
 * enumerable and have string keys.
 *
 * What is not part of the value is not preserved: a `Buffer` arrives as a `Uint8Array`, what is frozen arrives unfrozen, a
 * part that is used twice arrives as two, an object of another realm as one of this. Getters and proxies are read once,
 * and arrive as the data that they gave.
 *
 * @param name what the value is, for the error: "command".
 * @throws NotPlainError for anything else, and for what is nested deeper than `depthMax`.
 */
export function encodePlain(value: unknown, name: string, options: PlainOptions = {}): Uint8Array {
  const { room = 0, depthMax = GIVEN_DEPTH_MAX } = options;
  if (room > ROOM_MAX) throw new RangeError(`room for ${room} bytes; the most is ${ROOM_MAX}`);
  return encoded(value, name, { room, kind: undefined, depthMax });
}

/** Encodes an array of a small number and what a state machine gave, like {@link encodePlain}. */
export function encodePlainPair(kind: number, value: unknown, name: string): Uint8Array {
  return encoded(value, name, { room: 0, kind, depthMax: GIVEN_DEPTH_MAX });
}

/**
 * Encodes plain data like {@link encodePlain}, right after what was encoded so before, and without a view of it.
 *
 * @throws NotPlainError for anything else, and for what is nested deeper than `depthMax`.
 */
export function encodeSlice(value: unknown, name: string, depthMax: number): Slice {
  const writer = idle ?? new MsgpackWriter();
  idle = undefined;
  let done = false;
  try {
    writer.beginSlice();
    const flaw = writeValue(writer, value, depthMax);
    if (flaw !== undefined) throw new NotPlainError(value, name, flaw);
    done = true;
    return writer.endSlice();
  } finally {
    if (!done) writer.abandon();
    idle = writer;
  }
}

/** @throws NotPlainError when a value is not plain data, as {@link encodePlain} does. */
export function checkPlain(value: unknown, name = "value", depthMax = GIVEN_DEPTH_MAX): void {
  // For most values this costs less than encoding.
  if (value === null || typeof value === "boolean" || typeof value === "number") return;
  const writer = idle ?? new MsgpackWriter();
  idle = undefined;
  try {
    writer.begin(0);
    const flaw = writeValue(writer, value, depthMax);
    if (flaw !== undefined) throw new NotPlainError(value, name, flaw);
  } finally {
    writer.abandon();
    idle = writer;
  }
}

type Place = {
  readonly room: number;
  readonly kind: number | undefined;
  readonly depthMax: number;
};

function encoded(value: unknown, name: string, { room, kind, depthMax }: Place): Uint8Array {
  const writer = idle ?? new MsgpackWriter();
  idle = undefined;
  let done = false;
  try {
    writer.begin(room);
    if (kind !== undefined) {
      writer.list(2);
      writer.number(kind);
    }
    const flaw = writeValue(writer, value, depthMax);
    if (flaw !== undefined) throw new NotPlainError(value, name, flaw);
    done = true;
    return writer.end();
  } finally {
    if (!done) writer.abandon();
    idle = writer;
  }
}

/** @param depth how much deeper it may be nested. */
function writeValue(writer: MsgpackWriter, value: unknown, depth: number): Flaw | undefined {
  switch (typeof value) {
    case "string":
      return writer.text(value) ? undefined : flawOf("a string with a lone surrogate");
    case "number":
      return writer.number(value);
    case "boolean":
      return writer.boolean(value);
    case "undefined":
      return writer.undefined();
    case "object":
      return value === null ? writer.nothing() : writeObject(writer, value, depth);
    default:
      return flawOf(`a ${typeof value}`);
  }
}

function writeObject(writer: MsgpackWriter, value: object, depth: number): Flaw | undefined {
  if (depth < 0) return flawOf("data nested too deep", [], true);
  try {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype) return writeRecord(writer, value, depth);
    if (Array.isArray(value))
      return isArrayPrototype(prototype) ? writeList(writer, value, depth) : flawOf(kindOf(value));
    if (isBytes(value)) return writer.bytes(value);
    if (prototype === null) writer.extension(EXTENSION.bareRecord);
    else if (!isObjectPrototype(prototype)) return flawOf(kindOf(value));
    return writeRecord(writer, value, depth);
  } catch (error) {
    return unreadable(error);
  }
}

function writeList(
  writer: MsgpackWriter,
  list: readonly unknown[],
  depth: number,
): Flaw | undefined {
  if (!hasOnlyElements(list)) return flawOf(`an array with ${strayOf(list)}`);
  const { length } = list;
  writer.list(length);
  let at = 0;
  try {
    for (; at < length; at += 1) {
      const element = list[at];
      if (element === undefined && !Object.hasOwn(list, at)) return flawOf("a hole", [at]);
      const flaw = writeValue(writer, element, depth - 1);
      if (flaw !== undefined) return inside(flaw, at);
    }
  } catch (error) {
    return inside(unreadable(error), at);
  }
  return undefined;
}

function writeRecord(writer: MsgpackWriter, record: object, depth: number): Flaw | undefined {
  const keys = Object.keys(record);
  if (!hasOnlyKeys(record, keys.length)) return flawOf(`an object with ${strayOf(record)}`);
  writer.record(keys.length);
  let key = "";
  try {
    for (key of keys) {
      // A decoder would either set the prototype with it or rename it.
      if (key === "__proto__") return flawOf("an object with a key __proto__");
      if (!writer.text(key)) return flawOf("an object with a lone surrogate in a key");
      const flaw = writeValue(writer, record[key as keyof typeof record], depth - 1);
      if (flaw !== undefined) return inside(flaw, key);
    }
  } catch (error) {
    return inside(unreadable(error), key);
  }
  return undefined;
}

function inside(flaw: Flaw, step: string | number): Flaw {
  flaw.inwards.push(step);
  return flaw;
}

/** A getter or a proxy threw this, unless the thread had no space left: that is no flaw of the value. */
function unreadable(error: unknown): Flaw {
  if (isExhaustion(error)) throw error;
  return flawOf(`unreadable (${messageOf(error)})`);
}
