/** Damaging the files of a node, and what it makes of them. */
import { expect } from "vitest";
import { openStorage } from "../../../../packages/actors/src/storage/recovery/open-storage.ts";
import type { SalvagedLog } from "../../../../packages/actors/src/storage/storage.ts";
import {
  decodeBatch,
  SEGMENT_HEADER_BYTES,
} from "../../../../packages/actors/src/storage/wal/wal-format.ts";
import { DamagedLogError } from "../../../../packages/actors/src/storage/wal/log-errors.ts";
import { filesOf, memoryDisk } from "./disks.ts";
import { textOf, type Content } from "./model.ts";
import { contentOf } from "./writing.ts";

export type Files = Record<string, Uint8Array>;

/** A salvaged log as text: runs of entries, and positions. */
export type SalvagedText = {
  readonly pieces: readonly (readonly string[])[];
  readonly marks: readonly string[];
};

/** What a node finds on a disk with damaged files, and leaves there. */
export type Opened = {
  readonly content: Content;
  readonly salvage: readonly SalvagedText[];
  readonly damage: string | undefined;
  readonly files: Files;
};

/** Opens a disk with these files. */
export function opened(files: Files): Opened {
  const disk = memoryDisk(files);
  const storage = openStorage(disk);
  const content = contentOf(storage);
  const { damage, salvage } = storage.recovered;
  storage.storage.close();
  return { content, salvage: (salvage?.logs ?? []).map(textOfLog), damage, files: filesOf(disk) };
}

export function textOfLog({ pieces, marks }: SalvagedLog): SalvagedText {
  return {
    pieces: pieces.map((piece) => piece.map(textOf)),
    marks: marks.map(({ index, term }) => `${index}@${term}`),
  };
}

/** How a disk is refused; nothing may have changed. */
export function refusal(files: Files): unknown {
  const disk = memoryDisk(files);
  try {
    openStorage(disk);
  } catch (cause) {
    expect(filesOf(disk)).toEqual(files);
    return cause instanceof DamagedLogError ? [cause.path, cause.offset, cause.message] : cause;
  }
  return undefined;
}

/** A copy with one bit changed in the byte at `at`. */
export function flipped(bytes: Uint8Array | undefined, at: number): Uint8Array {
  const bad = bytes?.slice() ?? new Uint8Array();
  bad[at] = (bad[at] ?? 0) ^ 1;
  return bad;
}

/** The offsets of a segment's batches, and the end of the last. */
export function offsets(bytes: Uint8Array | undefined, segment = 1): number[] {
  const found = [SEGMENT_HEADER_BYTES];
  for (;;) {
    const batch = decodeBatch(Buffer.from(bytes ?? []), segment, found.at(-1) ?? 0);
    if (batch === undefined) return found;
    found.push(batch.end);
  }
}

/** These files under the names that they have once they are set aside. */
export function asideOf(files: Files, number = 1): Files {
  return Object.fromEntries(
    Object.entries(files).map(([name, bytes]) => [`${name}.damaged-${number}`, bytes]),
  );
}

/** All but these. */
export function without(files: Files, ...names: readonly string[]): Files {
  return Object.fromEntries(Object.entries(files).filter(([name]) => !names.includes(name)));
}
