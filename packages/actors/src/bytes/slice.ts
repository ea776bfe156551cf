/**
 * A value that was encoded into a shared buffer: the bytes from `from` up to `to`, and before them, as a big-endian u32,
 * how many they are. A view of them would cost more than all else that is done with a small value.
 */
export type Slice = {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
};

/** The bytes of the length before a slice. */
export const LENGTH_BYTES = 4;

/** How many bytes the value has. */
export function sizeOf({ from, to }: Slice): number {
  return to - from;
}

/** A view of the value. */
export function viewOf({ bytes, from, to }: Slice): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + from, to - from);
}
