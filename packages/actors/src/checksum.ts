import { crc32 } from "node:zlib";

/** The CRC-32 of some bytes and of those behind them. Of no bytes more it is the same: zlib itself says 0 there. */
export function crc32Of(bytes: Uint8Array, before: number): number {
  return bytes.length === 0 ? before : crc32(bytes, before);
}
