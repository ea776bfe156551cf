import { Buffer } from "#platform";

/**
 * Decodes records of short ASCII texts, which most commands are, in half the time of a general decoder: each name of a
 * property is made into a string once, and texts are taken out of the bytes without a loop in JavaScript. What is anything
 * else is left to the general decoder.
 *
 * @module
 */

/** Prefixes of msgpack: a record with a count of 16 bits, a text with a length of 8 bits, and a text of up to 31 bytes. */
const [RECORD, TEXT, SHORT_TEXT] = [0xde, 0xd9, 0xa0];
const SHORT_TEXT_MASK = 0xe0;

/** The most properties of a record that is decoded here. */
const PROPERTIES_MAX = 4;

/** How many names are remembered: one for each place in a table. */
const NAMES = 64;

/** A name, and the last short text that a property of this name had: that of a command's type is nearly always the same. */
type Name = { readonly bytes: Uint8Array; readonly text: string; last: string };

const names: (Name | undefined)[] = Array.from({ length: NAMES }, () => undefined);

/** Bytes with many values in them, and the same as a `Buffer`. */
export type Packed = { readonly bytes: Uint8Array; readonly buffer: Buffer };

/** Makes views of bytes, which may be a `Buffer`. */
export function packed({ buffer, byteOffset, length }: Uint8Array): Packed {
  return {
    bytes: new Uint8Array(buffer, byteOffset, length),
    buffer: Buffer.from(buffer, byteOffset, length),
  };
}

/**
 * The record in the bytes from `from` up to `to`, if that is exactly a record of one to four properties whose values are
 * ASCII texts of up to 255 bytes; otherwise undefined.
 */
export function flatRecord(
  { bytes, buffer }: Packed,
  from: number,
  to: number,
): Record<string, string> | undefined {
  if (bytes[from] !== RECORD || bytes[from + 1] !== 0) return undefined;
  const count = bytes[from + 2] ?? 0;
  if (count === 0 || count > PROPERTIES_MAX) return undefined;
  const record: Record<string, string> = {};
  let at = from + 3;
  for (let left = count; left > 0; left -= 1) {
    const name = nameAt(bytes, at, to);
    if (name === undefined) return undefined;
    at += 1 + name.bytes.length;
    const [head = 0, size = 0] = [bytes[at], bytes[at + 1]];
    const isShort = (head & SHORT_TEXT_MASK) === SHORT_TEXT;
    if (!isShort && head !== TEXT) return undefined;
    const begin = at + (isShort ? 1 : 2);
    at = begin + (isShort ? head - SHORT_TEXT : size);
    if (at > to || !isAscii(bytes, begin, at)) return undefined;
    if (!isShort) record[name.text] = buffer.toString("latin1", begin, at);
    else if (hasText(bytes, begin, at, name.last)) record[name.text] = name.last;
    else record[name.text] = name.last = buffer.toString("latin1", begin, at);
  }
  return at === to ? record : undefined;
}

/** Whether the bytes from `from` up to `to` are these characters. */
function hasText(bytes: Uint8Array, from: number, to: number, text: string): boolean {
  if (to - from !== text.length) return false;
  for (let at = from; at < to; at += 1) if (bytes[at] !== text.charCodeAt(at - from)) return false;
  return true;
}

/** The name whose header is at `at`; undefined for one that a decoder would change, or that is too long. */
function nameAt(bytes: Uint8Array, at: number, to: number): Name | undefined {
  const head = bytes[at] ?? 0;
  const length = head - SHORT_TEXT;
  if ((head & SHORT_TEXT_MASK) !== SHORT_TEXT || length === 0 || at + length >= to)
    return undefined;
  const [first = 0, end = 0] = [bytes[at + 1], bytes[at + length]];
  const place = (first ^ (end << 2) ^ (length << 4)) % NAMES;
  const known = names[place];
  if (known !== undefined && isAt(known.bytes, bytes, at + 1)) return known;
  if (!isAscii(bytes, at + 1, at + 1 + length)) return undefined;
  const own = bytes.slice(at + 1, at + 1 + length);
  // A property's own name is found faster than another string with the same characters.
  const [text] = Object.keys({ [String.fromCharCode(...own)]: 0 });
  if (text === undefined || text === "__proto__") return undefined;
  const name = { bytes: own, text, last: "" };
  names[place] = name;
  return name;
}

/** Whether the bytes of a name are there, and its length before them. */
function isAt(name: Uint8Array, bytes: Uint8Array, at: number): boolean {
  const { length } = name;
  if (bytes[at - 1] !== SHORT_TEXT + length) return false;
  for (let i = 0; i < length; i += 1) if (name[i] !== bytes[at + i]) return false;
  return true;
}

/** Four bytes at a time take a third of the time. */
function isAscii(bytes: Uint8Array, from: number, to: number): boolean {
  let all = 0;
  let at = from;
  for (; at < to - 3; at += 4)
    all |=
      byteAt(bytes, at) | byteAt(bytes, at + 1) | byteAt(bytes, at + 2) | byteAt(bytes, at + 3);
  for (; at < to; at += 1) all |= byteAt(bytes, at);
  return all < 0x80;
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}
