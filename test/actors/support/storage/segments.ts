/** A log of three batches, in one segment or in several. */
import { index, term, type Entry } from "@kontiki/core";
import type { MemoryDisk } from "../../../../packages/actors/src/storage/disk/memory-disk.ts";
import { append, command, hardState, members, noop, truncate, type Batch } from "./model.ts";

/** With terms, votes and a membership, and with entries that are replaced. */
export const BATCHES: readonly Batch[] = [
  [hardState(1, "n1"), append(noop(1, 1))],
  [append(command(2, 1, "a"), command(3, 1, "b"), command(4, 1, ""))],
  [hardState(3), truncate(2), append(members(3, 2), noop(4, 3), command(5, 3, "c"))],
];

/** Puts each of the batches above in its own segment. */
export const SMALL = { segmentBytes: 1 };

/** Of a segment. */
export const HEADER_BYTES = 52;

/** The numbers of the segments on a disk. */
export function segments(disk: MemoryDisk): number[] {
  return disk
    .list()
    .filter((name) => name.endsWith(".wal"))
    .map((name) => Number.parseInt(name, 10));
}

/** A command of this many bytes. */
export function sized(at: number, bytes: number): Entry<Uint8Array> {
  const content = new Uint8Array(bytes).fill(at);
  return { type: "command", index: index(at), term: term(1), command: content };
}
