import { crc32 } from "#platform";

/**
 * How the core's values are written to a trace, which is JSON: without loss, so that a trace replays to the same
 * values.
 *
 * - The core uses undefined and no null, JSON the opposite: one replaces the other.
 * - Bytes, which are commands, are `{"$base64":"..."}`. A node id contains no `$`, so no record by node is mistaken for
 *   it.
 * - The bytes of a snapshot chunk are left out, `{"$bytes":LENGTH,"crc32":NUMBER}`: they would make a trace many times
 *   larger, and the core only uses their number.
 *
 * @module
 */

/** Replaces bytes that a trace leaves out: the same number, all 0, with the CRC-32 of the original ones. */
class LeftOut extends Uint8Array {
  readonly crc32: number;

  constructor(length: number, checksum: number) {
    super(length);
    this.crc32 = checksum;
  }
}

/** Chunks are never larger: a trace with a larger length is rejected. */
const CHUNK_BYTES_MAX = 64 * 1024 * 1024;

/** Converts one of the core's values to JSON. */
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

/** Converts a value back. @throws RangeError for bytes that are not written like this. */
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
