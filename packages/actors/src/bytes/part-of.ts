/**
 * Byte strings up to this length are stored inside their object, and copying them costs almost nothing. A view, or
 * anything else that asks for their buffer, costs about twenty times as much, as the bytes must first be moved into a
 * buffer.
 */
export const SMALL_BYTES = 64;

/** The bytes from `from` up to `to`: a view, or a copy if they are few. */
export function partOf(bytes: Uint8Array, from: number, to: number): Uint8Array {
  return to - from <= SMALL_BYTES
    ? Uint8Array.prototype.slice.call(bytes, from, to)
    : bytes.subarray(from, to);
}
