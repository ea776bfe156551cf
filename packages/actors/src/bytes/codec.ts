import type * as msgpackr from "msgpackr";
import * as plainJavaScript from "msgpackr/pack";

/**
 * This entry of msgpackr leaves out its native string extractor, which costs more than it saves on
 * messages as small as ours. The types of the entry do not resolve; those of the whole are the same.
 */
const { Packr, RESERVE_START_SPACE } = plainJavaScript as unknown as typeof msgpackr;

/** Records would tie a message to the structures sent before it; each of ours stands alone. */
const packr = new Packr({ useRecords: false });

/** Size of the buffers that {@link encodeShared} fills one after another. */
const SHARED_BYTES = 64 * 1024;
packr.useBuffer(Buffer.allocUnsafeSlow(SHARED_BYTES));

/**
 * What is small is decoded from here: a decoder needs a view of the buffer that bytes lie in, which costs ten times as
 * much to make as a small value to decode.
 */
const small = new Packr({ useRecords: false, copyBuffers: true });
const desk = new Uint8Array(512);

/** Most bytes that can be left free in front of a value. */
const ROOM_MAX = 255;

/**
 * Plain data as msgpack bytes in a buffer of their own, fit to be transferred to another thread.
 *
 * A view of the shared buffer would take all its neighbours along.
 */
export function encode(value: unknown): Uint8Array<ArrayBuffer> {
  return new Uint8Array(packr.pack(value));
}

/**
 * Plain data as msgpack bytes in a buffer shared with others: several times cheaper for what is small, never to be
 * transferred.
 *
 * @param room bytes to leave in front of the value for the caller, 0 to 255. What they hold is undefined.
 */
export function encodeShared(value: unknown, room = 0): Uint8Array {
  if (room > ROOM_MAX) throw new RangeError(`room for ${room} bytes; the most is ${ROOM_MAX}`);
  return packr.pack(value, RESERVE_START_SPACE + room);
}

/**
 * The value that `bytes` stand for. Byte strings in it are views of `bytes`, or copies where those are few.
 *
 * Not every damage is noticed here: the caller checks the shape before it believes anything.
 *
 * @throws Error when the bytes end early or go on behind the value.
 */
export function decode(bytes: Uint8Array): unknown {
  const { length } = bytes;
  // Told of an end at 0 it would read on.
  if (length === 0 || length > desk.length) return packr.unpack(bytes);
  desk.set(bytes);
  return small.unpack(desk, { end: length });
}
