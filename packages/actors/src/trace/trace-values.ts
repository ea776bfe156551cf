import { crc32 } from "node:zlib";

/**
 * How the core's values stand in a trace, which is JSON: exactly, so that a trace replays to the same values.
 *
 * - The core has undefined and no null, JSON the other way round: one stands for the other.
 * - Bytes, which are commands, are `{"$base64":"..."}`. No node id holds a `$`, so no record is mistaken for it.
 * - The bytes of a part of a snapshot are left out, `{"$bytes":LENGTH,"crc32":NUMBER}`: they would make a trace many
 *   times larger than all the rest of it, and the core asks only how many they are.
 *
 * @module
 */

/** Stands in for bytes that a trace leaves out: as many of them, all 0, and the CRC-32 of what they were. */
class LeftOut extends Uint8Array {
  readonly crc32: number;

  constructor(length: number, checksum: number) {
    super(length);
    this.crc32 = checksum;
  }
}

/** No part of a snapshot is larger: what a trace says of it is believed up to here. */
const CHUNK_BYTES_MAX = 64 * 1024 * 1024;

/** What is written of one of the core's values. */
export function toTrace(value: unknown): unknown {
  if (value === undefined) return null;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(toTrace);
  if (value instanceof Uint8Array) return { $base64: base64Of(value) };
  const isChunk = "type" in value && (value.type === "snapshotChunk" || value.type === "saveChunk");
  const written: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value))
    written[key] =
      isChunk && key === "bytes" && field instanceof Uint8Array ? leftOut(field) : toTrace(field);
  return written;
}

/** The value that was written. @throws RangeError for bytes that nobody wrote so. */
export function fromTrace(written: unknown): unknown {
  if (written === null) return undefined;
  if (typeof written !== "object") return written;
  if (Array.isArray(written)) return written.map(fromTrace);
  if ("$base64" in written) return bytesFrom(written.$base64);
  if ("$bytes" in written && "crc32" in written) return standIn(written.$bytes, written.crc32);
  const entries = Object.entries(written as Record<string, unknown>);
  return Object.fromEntries(entries.map(([key, field]) => [key, fromTrace(field)]));
}

function leftOut(bytes: Uint8Array): unknown {
  return { $bytes: bytes.length, crc32: bytes instanceof LeftOut ? bytes.crc32 : crc32(bytes) };
}

function standIn(length: unknown, checksum: unknown): Uint8Array {
  if (!isWhole(length, CHUNK_BYTES_MAX) || !isWhole(checksum, 0xffff_ffff))
    throw new RangeError("bytes that were left out have a length and a CRC-32");
  return new LeftOut(length, checksum);
}

function isWhole(value: unknown, max: number): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= max;
}

function base64Of({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("base64");
}

function bytesFrom(text: unknown): Uint8Array {
  const bytes = typeof text === "string" ? Uint8Array.from(Buffer.from(text, "base64")) : undefined;
  if (bytes === undefined || base64Of(bytes) !== text) throw new RangeError("bytes are in base64");
  return bytes;
}
