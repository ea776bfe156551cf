import { crc32 } from "#platform";
import type { FetchChunk, Snapshot, SnapshotChunk } from "@kontiki/core";
import {
  bytesAt,
  checksumAt,
  fieldsOf,
  indexAt,
  termAt,
  wholeAt,
  WireError,
  type Fields,
} from "./wire-fields.ts";
import { membershipFromWire, membershipToWire } from "./wire-membership.ts";

type Chunk = Pick<SnapshotChunk, "snapshot" | "offset" | "bytes">;

/** Encodes the description of a snapshot as an array. */
export function snapshotToWire(snapshot: Snapshot): Fields {
  const { index, term, membership, size, checksum } = snapshot;
  return [index, term, membershipToWire(membership), size, checksum];
}

/** Decodes the description of a snapshot. @throws WireError or AssertionError for any other shape. */
export function snapshotFromWire(wire: unknown): Snapshot {
  const fields = fieldsOf(wire, "a snapshot");
  const [index, term] = [indexAt(fields, 0), termAt(fields, 1)];
  if (index === 0 || term === 0) throw new WireError("a snapshot ends with an entry");
  const membership = membershipFromWire(fields[2]);
  return { index, term, membership, size: wholeAt(fields, 3), checksum: checksumAt(fields, 4) };
}

/** Encodes where a part of a snapshot begins. */
export function placeToWire({ snapshot, offset }: Pick<FetchChunk, "snapshot" | "offset">): Fields {
  return [snapshotToWire(snapshot), offset];
}

/** Decodes where a part of a snapshot begins. @throws WireError or AssertionError */
export function placeFromWire(
  fields: Fields,
  position: number,
): Pick<FetchChunk, "snapshot" | "offset"> {
  const snapshot = snapshotFromWire(fields[position]);
  const offset = wholeAt(fields, position + 1);
  if (offset >= snapshot.size) throw new WireError("a part begins inside its snapshot");
  return { snapshot, offset };
}

/** Encodes a snapshot chunk: its snapshot, its offset, its bytes, and their CRC-32. */
export function chunkToWire({ snapshot, offset, bytes }: Chunk): Fields {
  return [snapshotToWire(snapshot), offset, bytes, crc32(bytes)];
}

/**
 * Decodes the snapshot chunk in the fields from `position` on. A damaged chunk is rejected here, by itself: if only the
 * checksum of the whole file detected it, all other chunks would be lost as well.
 *
 * @throws WireError or AssertionError
 */
export function chunkFromWire(fields: Fields, position: number): Chunk {
  const chunk = fetchedChunkFromWire(fields, position);
  if (chunk.bytes.length === 0) throw new WireError("a snapshot chunk is not empty");
  return chunk;
}

/** As {@link chunkFromWire}; without bytes, the sender does not have the chunk. @throws WireError or AssertionError */
export function fetchedChunkFromWire(fields: Fields, position: number): Chunk {
  const { snapshot, offset } = placeFromWire(fields, position);
  const bytes = bytesAt(fields, position + 2);
  if (offset + bytes.length > snapshot.size)
    throw new WireError("a snapshot chunk is not inside its snapshot");
  if (crc32(bytes) !== checksumAt(fields, position + 3))
    throw new WireError("a snapshot chunk is damaged");
  return { snapshot, offset, bytes };
}
