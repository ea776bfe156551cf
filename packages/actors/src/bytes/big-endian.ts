/**
 * Reads and writes big-endian numbers byte by byte. A DataView would need the buffer that the bytes are in, and getting
 * that costs more than everything else here.
 *
 * @module
 */

/** Writes an integer from 0 to 2^32 - 1 into four bytes from `at` on. */
export function setUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

/** The number in the four bytes from `at` on; missing bytes count as 0. */
export function getUint32(bytes: Uint8Array, at: number): number {
  const high = byte(bytes, at) * 2 ** 24;
  return high + (byte(bytes, at + 1) << 16) + (byte(bytes, at + 2) << 8) + byte(bytes, at + 3);
}

/** Writes an integer from 0 to 2^48 - 1 into six bytes from `at` on. */
export function setUint48(bytes: Uint8Array, at: number, value: number): void {
  const high = Math.floor(value / 2 ** 32);
  bytes[at] = high >>> 8;
  bytes[at + 1] = high;
  setUint32(bytes, at + 2, value % 2 ** 32);
}

/** The number in the six bytes from `at` on; missing bytes count as 0. */
export function getUint48(bytes: Uint8Array, at: number): number {
  return (byte(bytes, at) * 256 + byte(bytes, at + 1)) * 2 ** 32 + getUint32(bytes, at + 2);
}

function byte(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}
