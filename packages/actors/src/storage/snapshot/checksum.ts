import { crc32 } from "node:zlib";

/**
 * The CRC-32 of bytes behind others, whose CRC-32 is `before`. No bytes change nothing, but zlib starts anew at 0 when
 * there is no memory behind them.
 */
export function crc32Of(bytes: Uint8Array, before: number): number {
  return bytes.length === 0 ? before : crc32(bytes, before);
}
