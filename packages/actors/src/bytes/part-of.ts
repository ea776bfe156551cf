/**
 * Up to so many bytes a byte string lies in its object and is copied in no time. A view of one, or whatever else asks for
 * its buffer, costs some twenty times as much, as it must be moved into a buffer first.
 */
const SMALL_BYTES = 64;

/** The bytes from `from` up to `to`: a view of them, or a copy where they are few. */
export function partOf(bytes: Uint8Array, from: number, to: number): Uint8Array {
  return to - from <= SMALL_BYTES
    ? Uint8Array.prototype.slice.call(bytes, from, to)
    : bytes.subarray(from, to);
}
