import { getUint32 } from "./big-endian.ts";
import { EXTENSION } from "./extensions.ts";

/**
 * Tells whether bytes are plain data, before a decoder sees them. The decoder of `msgpackr` reads more than anything here
 * writes: dates, sets, errors, large integers, references, texts that lie behind the value, where other values were before;
 * and it nests as deep as the stack has space for. What comes from outside must mean the same on every node.
 *
 * @module
 */

/** The place of what is not plain data: after all others, as bytes from outside are fewer. A small integer is faster than Infinity. */
const NOWHERE = 2 ** 30;

const [SHORT_RECORD, SHORT_LIST, SHORT_TEXT, AFTER_SHORT_TEXT] = [0x80, 0x90, 0xa0, 0xc0];
const FIRST_NEGATIVE = 0xe0;

/** The bytes of each value whose first byte says how many they are, and of which they are all; else 0. */
const SIZES = Uint8Array.from({ length: 256 }, (_, head) => sizeOf(head));

function sizeOf(head: number): number {
  if (head < SHORT_RECORD || head >= FIRST_NEGATIVE) return 1;
  if (head >= SHORT_TEXT && head < AFTER_SHORT_TEXT) return 1 + head - SHORT_TEXT;
  // Null, false and true, and numbers. An integer of 64 bits is no number when it is decoded.
  const others = { 0xc0: 1, 0xc2: 1, 0xc3: 1, 0xca: 5, 0xcb: 9, 0xcc: 2, 0xcd: 3, 0xce: 5 };
  const negative = { 0xd0: 2, 0xd1: 3, 0xd2: 5 };
  return { ...others, ...negative }[head] ?? 0;
}

/** The extension that `msgpackr` reads as undefined. */
const UNDEFINED = 0;

/**
 * Whether the bytes from `from` up to `to` are exactly one value of plain data.
 *
 * @param depth how deep it may be nested, counted as by `encodePlain`.
 */
export function isPlain(bytes: Uint8Array, from: number, to: number, depth: number): boolean {
  return endOf(bytes, from, to, depth) === to;
}

/** Where the value at `at` ends; after `to` if it is cut off, or is not plain data. */
function endOf(bytes: Uint8Array, at: number, to: number, depth: number): number {
  if (at >= to) return NOWHERE;
  const size = SIZES[byteAt(bytes, at)] ?? 0;
  return size > 0 ? at + size : longEnd(bytes, at, to, depth);
}

/** The same for a value of which the first byte does not say how many bytes it has. */
function longEnd(bytes: Uint8Array, at: number, to: number, depth: number): number {
  const head = byteAt(bytes, at);
  if (head < SHORT_LIST) return recordEnd(bytes, at + 1, to, head - SHORT_RECORD, depth);
  if (head < SHORT_TEXT) return listEnd(bytes, at + 1, to, head - SHORT_LIST, depth);
  switch (head) {
    case 0xc4: // byte strings and texts, with lengths of 8, 16 and 32 bits
    case 0xd9:
      return at + 2 + byteAt(bytes, at + 1);
    case 0xc5:
    case 0xda:
      return at + 3 + uint16At(bytes, at + 1);
    case 0xc6:
    case 0xdb:
      return at + 5 + getUint32(bytes, at + 1);
    case 0xd4: // an extension of one byte
      return extensionEnd(bytes, at, to, depth);
    case 0xdc: // lists and records, with counts of 16 and 32 bits
      return listEnd(bytes, at + 3, to, uint16At(bytes, at + 1), depth);
    case 0xdd:
      return listEnd(bytes, at + 5, to, getUint32(bytes, at + 1), depth);
    case 0xde:
      return recordEnd(bytes, at + 3, to, uint16At(bytes, at + 1), depth);
    case 0xdf:
      return recordEnd(bytes, at + 5, to, getUint32(bytes, at + 1), depth);
    default:
      return NOWHERE;
  }
}

function listEnd(
  bytes: Uint8Array,
  from: number,
  to: number,
  count: number,
  depth: number,
): number {
  if (depth < 0) return NOWHERE;
  let at = from;
  for (let left = count; left > 0 && at <= to; left -= 1) at = endOf(bytes, at, to, depth - 1);
  return at;
}

function recordEnd(
  bytes: Uint8Array,
  from: number,
  to: number,
  count: number,
  depth: number,
): number {
  if (depth < 0) return NOWHERE;
  let at = from;
  for (let left = count; left > 0 && at <= to; left -= 1) {
    if (!isTextAt(bytes, at)) return NOWHERE;
    at = endOf(bytes, endOf(bytes, at, to, depth - 1), to, depth - 1);
  }
  return at;
}

/** Undefined, or a value that is written with an extension before it: see `extensions.ts`. */
function extensionEnd(bytes: Uint8Array, at: number, to: number, depth: number): number {
  const inner = at + 3;
  const head = byteAt(bytes, inner);
  switch (byteAt(bytes, at + 1)) {
    case UNDEFINED:
      return inner;
    case EXTENSION.markedText:
      return head >= 0xc4 && head <= 0xc6 ? endOf(bytes, inner, to, depth) : NOWHERE;
    case EXTENSION.bareRecord:
      return isRecordHead(head) ? endOf(bytes, inner, to, depth) : NOWHERE;
    default:
      return NOWHERE;
  }
}

function isRecordHead(head: number): boolean {
  return (head >= SHORT_RECORD && head < SHORT_LIST) || head === 0xde || head === 0xdf;
}

/** Whether a text begins here, marked or not. */
function isTextAt(bytes: Uint8Array, at: number): boolean {
  const head = byteAt(bytes, at);
  if (head >= SHORT_TEXT && head < AFTER_SHORT_TEXT) return true;
  if (head === 0xd4) return byteAt(bytes, at + 1) === EXTENSION.markedText;
  return head >= 0xd9 && head <= 0xdb;
}

function uint16At(bytes: Uint8Array, at: number): number {
  return byteAt(bytes, at) * 256 + byteAt(bytes, at + 1);
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}
