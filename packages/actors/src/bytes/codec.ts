import { Buffer } from "#platform";
import type * as msgpackr from "msgpackr";
import * as plainJavaScript from "msgpackr/pack";
import { EXTENSION } from "./extensions.ts";
import { flatRecord, type Packed } from "./flat-record.ts";
import { isPlain } from "./plain-bytes.ts";
import { ASKED_DEPTH_MAX } from "./plain-encoder.ts";
import { isObjectPrototype } from "./plain-shapes.ts";

/**
 * This entry point of msgpackr leaves out its native string extractor, which costs more than it saves for small
 * messages. The entry point's own types do not resolve; those of the main entry point are the same.
 */
const { addExtension, Packr, RESERVE_START_SPACE } = plainJavaScript as unknown as typeof msgpackr;

const marked = new TextDecoder("utf-8", { ignoreBOM: true });
addExtension({ type: EXTENSION.markedText, read: textOf });
addExtension({ type: EXTENSION.bareRecord, read: bareOf });

/** No records: they would make a message depend on structures sent before it; each message must stand alone. */
const packr = new Packr({ useRecords: false });

/** Size of the buffers that {@link encodeShared} fills one after another. */
const SHARED_BYTES = 64 * 1024;
packr.useBuffer(Buffer.allocUnsafeSlow(SHARED_BYTES));

/** Decodes byte strings as copies. */
const copying = new Packr({ useRecords: false, copyBuffers: true });

/**
 * Small values are decoded from this buffer: a decoder needs a view of the buffer that the bytes are in, and making one
 * costs ten times as much as decoding a small value.
 */
const desk = new Uint8Array(512);

/** The most bytes that can be left free before a value. */
const ROOM_MAX = 255;

/**
 * Encodes what this program made itself as msgpack, in a separate buffer, which may be transferred to another thread.
 * For values of users there is `encodePlain`.
 *
 * Transferring a view of the shared buffer would transfer all its other contents as well.
 */
export function encode(value: unknown): Uint8Array<ArrayBuffer> {
  return new Uint8Array(packr.pack(value));
}

/**
 * Encodes what this program made itself as msgpack in a shared buffer: several times cheaper for small values, but must never be
 * transferred.
 *
 * @param room bytes to leave free before the value, 0 to 255. Their contents are undefined.
 * @throws RangeError when `room` is larger.
 */
export function encodeShared(value: unknown, room = 0): Uint8Array<ArrayBuffer> {
  if (room > ROOM_MAX) throw new RangeError(`room for ${room} bytes; the most is ${ROOM_MAX}`);
  const { buffer, byteOffset, length } = packr.pack(value, RESERVE_START_SPACE + room);
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, length);
}

/**
 * Decodes one value. Byte strings in it are a `Uint8Array` each: views of `bytes`, or copies if they are short.
 *
 * Not all damage is detected here: the caller must check the shape of the value before using it.
 *
 * @throws Error when `bytes` end early or contain more than the value.
 */
export function decode(bytes: Uint8Array): unknown {
  const { length } = bytes;
  // With an end of 0 the decoder would read past it.
  if (length === 0 || length > desk.length) return packr.unpack(unbuffered(bytes));
  desk.set(bytes);
  return copying.unpack(desk, { end: length });
}

/**
 * Decodes one value that its receiver may keep and change: it shares no memory with `bytes`, and its byte strings are
 * `Uint8Array`, whatever `bytes` is. For values without long byte strings it costs the same as {@link decode}.
 *
 * @throws Error as `decode` does.
 */
export function decodeCopy(bytes: Uint8Array): unknown {
  const { length } = bytes;
  if (length <= desk.length) return decode(bytes);
  return copying.unpack(unbuffered(bytes));
}

/**
 * Decodes a value that a client encoded, like {@link decodeCopy}. What it gives, and whether it gives anything, depends on these
 * bytes alone: not on what was decoded before, nor on the space that the stack has.
 *
 * @throws TypeError when they are not exactly one value of plain data that `encodeCommand` may have written.
 */
export function decodePlain(bytes: Uint8Array): unknown {
  if (!isPlain(bytes, 0, bytes.length, ASKED_DEPTH_MAX)) throw notPlain();
  return decodeCopy(bytes);
}

/**
 * Decodes the value in the bytes from `from` up to `to` like {@link decodePlain}: for many values in the same bytes.
 *
 * @throws TypeError as `decodePlain` does.
 */
export function decodePart(all: Packed, from: number, to: number): unknown {
  const record = flatRecord(all, from, to);
  if (record !== undefined) return record;
  if (!isPlain(all.bytes, from, to, ASKED_DEPTH_MAX)) throw notPlain();
  return copying.unpack(all.bytes, { start: from, end: to });
}

function notPlain(): TypeError {
  return new TypeError("the bytes are not a value of plain data");
}

/** Parts of a `Buffer` would be Buffers, and the same value would have other methods on another node. */
function unbuffered(bytes: Uint8Array): Uint8Array {
  if (!Buffer.isBuffer(bytes)) return bytes;
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

function textOf(bytes: unknown): string {
  if (!(bytes instanceof Uint8Array)) throw new TypeError("a marked text is not made of bytes");
  return marked.decode(bytes);
}

function bareOf(record: unknown): unknown {
  if (
    typeof record !== "object" ||
    record === null ||
    !isObjectPrototype(Object.getPrototypeOf(record))
  )
    throw new TypeError("a record without a prototype is not a record");
  return Object.setPrototypeOf(record, null);
}
