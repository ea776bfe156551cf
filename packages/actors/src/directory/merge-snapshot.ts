import type { Snapshot } from "@kontiki/core";
import type { LogSource } from "./log-source.ts";

const CHUNK_BYTES = 1024 * 1024;

/**
 * Reads a snapshot, each part from any disk that has it intact.
 *
 * @returns false if no disk has some part intact.
 */
export function readSnapshot(
  snapshot: Snapshot,
  sources: readonly LogSource[],
  onChunk: (offset: number, bytes: Uint8Array<ArrayBuffer>) => void,
): boolean {
  let offset = 0;
  while (offset < snapshot.size) {
    const bytes = chunkAt(snapshot, sources, offset);
    if (bytes === undefined) return false;
    onChunk(offset, bytes);
    offset += bytes.length;
  }
  return true;
}

function chunkAt(
  snapshot: Snapshot,
  sources: readonly LogSource[],
  offset: number,
): Uint8Array<ArrayBuffer> | undefined {
  for (const { snapshots } of sources) {
    const bytes = snapshots?.readIntact(snapshot, offset, CHUNK_BYTES);
    if (bytes !== undefined && bytes.length > 0) return bytes;
  }
  return undefined;
}
