import { crc32 } from "node:zlib";

/**
 * The CRC-32 of bytes that follow others with the CRC-32 `before`. For no bytes that is `before`; zlib would return 0
 * for an empty array without memory.
 */
export function crc32Of(bytes: Uint8Array, before: number): number {
  return bytes.length === 0 ? before : crc32(bytes, before);
}
