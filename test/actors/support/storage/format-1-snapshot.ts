/** Snapshots as earlier versions wrote them. */
import { crc32 } from "node:zlib";
import {
  encodeEnd,
  encodeFrame,
  encodeHeader,
  type SnapshotHeader,
} from "../../../../packages/actors/src/storage/snapshot/snapshot-format.ts";

/** A file of format 1. */
export function snapshotInFormat1(header: SnapshotHeader, parts: readonly Buffer[]): Uint8Array {
  const start = encodeHeader(header);
  start.writeUInt32LE(1, 8);
  start.writeUInt32LE(crc32(start.subarray(8)), 4);
  const frames = parts.map((part) => ({ length: part.length, crc: crc32(part) }));
  const bodies = parts.flatMap((part, at) => [
    encodeFrame(frames[at] ?? { length: 0, crc: 0 }),
    part,
  ]);
  const end = encodeEnd({ header: start, parts: frames, checksum: 0 });
  return Uint8Array.from(Buffer.concat([start, ...bodies, end]));
}
