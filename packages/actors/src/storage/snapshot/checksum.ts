import { Buffer, crc32 } from "#platform";

/**
 * The CRC-32 of bytes that follow others with the CRC-32 `before`. For no bytes that is `before`; zlib would return 0
 * for an empty array without memory.
 */
export function crc32Of(bytes: Uint8Array, before: number): number {
  return bytes.length === 0 ? before : crc32(bytes, before);
}

const ZEROS = Buffer.alloc(64 * 1024);

/**
 * The CRC-32 of bytes with the CRC-32 `first`, followed by `length` bytes with the CRC-32 `second`. A CRC-32 is linear: what
 * zeros in place of the second bytes would give differs from it by what the second bytes and zeros alone differ by.
 */
export function crc32Joined(first: number, second: number, length: number): number {
  let [after, alone] = [first, 0];
  for (let rest = length; rest > 0; rest -= ZEROS.length) {
    const zeros = ZEROS.subarray(0, rest);
    after = crc32(zeros, after);
    alone = crc32(zeros, alone);
  }
  return (after ^ alone ^ second) >>> 0;
}
