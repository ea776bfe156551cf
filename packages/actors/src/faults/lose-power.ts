import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  fsyncSync,
  openSync,
  renameSync,
  writeSync,
} from "node:fs";
import { losePower, type MemoryFile } from "../storage/disk/memory-disk.ts";
import type { Kept } from "./crash-points.ts";
import type { UnsyncedFile, UnsyncedName, UnsyncedRecord } from "./unsynced-record.ts";

const SECTOR_BYTES = 512;

/** What a loss of power took. */
export type PowerLoss = {
  /** Bytes that were written and are gone. */
  bytesLost: number;
  /** Files of which a part of what was not synced is left. */
  torn: number;
  /** Changes of names that were undone. */
  namesUndone: number;
};

/** The disk of a node whose thread has ended. */
export type DeadDisk =
  | { readonly type: "file"; readonly record: UnsyncedRecord }
  | { readonly type: "memory"; readonly files: readonly MemoryFile[] };

/**
 * Makes of a disk what a machine that lost power could have left: bytes that were not synced are gone or torn, sectors that
 * were written over are as before, changes of names are undone. No thread may use the disk.
 *
 * @param random from 0 up to 1.
 */
export function takePower(disk: DeadDisk, kept: Kept, random: () => number): PowerLoss {
  const loss: PowerLoss = { bytesLost: 0, torn: 0, namesUndone: 0 };
  if (disk.type === "memory") {
    losePower(disk.files, (_name, bytes) => {
      const left = partKept(bytes, kept, random);
      take(loss, bytes - left, left);
      return left;
    });
    return loss;
  }
  const { files, names } = disk.record.read();
  for (const [path, file] of Object.entries(files)) takeBytes(path, file, kept, random, loss);
  for (const name of names.toReversed()) if (!survives(kept, random)) undo(name, loss);
  disk.record.clear();
  return loss;
}

function survives(kept: Kept, random: () => number): boolean {
  if (kept === "nothing" || kept === "everything") return kept === "everything";
  return random() < 1 / 2;
}

/** How many of the last bytes are left. A part of them is missing when a write was torn. */
function partKept(bytes: number, kept: Kept, random: () => number): number {
  if (kept === "nothing" || kept === "everything") return kept === "everything" ? bytes : 0;
  return Math.floor(random() * bytes);
}

function takeBytes(
  path: string,
  { synced, sectors, cut }: UnsyncedFile,
  kept: Kept,
  random: () => number,
  loss: PowerLoss,
): void {
  if (!existsSync(path)) return;
  const fd = openSync(path, "r+");
  try {
    for (const [at, bytes] of sectors)
      if (!survives(kept, random)) writeSync(fd, Buffer.from(bytes, "base64"), 0, undefined, at);
    if (cut !== undefined) {
      const before = Buffer.from(cut, "base64");
      if (!survives(kept, random)) writeSync(fd, before, 0, before.length, synced);
    } else takeEnd(fd, synced, kept, random, loss);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Takes what was appended. With `some` the file has its new length, and some of its sectors are zeros. */
function takeEnd(
  fd: number,
  synced: number,
  kept: Kept,
  random: () => number,
  loss: PowerLoss,
): void {
  const { size } = fstatSync(fd);
  if (size <= synced) return;
  if (kept !== "some") {
    const left = partKept(size - synced, kept, random);
    ftruncateSync(fd, synced + left);
    return take(loss, size - synced - left, left);
  }
  let lost = 0;
  for (let at = synced; at < size;) {
    const next = Math.min(size, (Math.floor(at / SECTOR_BYTES) + 1) * SECTOR_BYTES);
    if (!survives(kept, random)) {
      writeSync(fd, new Uint8Array(next - at), 0, next - at, at);
      lost += next - at;
    }
    at = next;
  }
  take(loss, lost, size - synced - lost);
}

function take(loss: PowerLoss, lost: number, left: number): void {
  loss.bytesLost += lost;
  if (lost > 0 && left > 0) loss.torn += 1;
}

/** A file whose second name is gone keeps its new one: then the folder was written after all. */
function undo(name: UnsyncedName, loss: PowerLoss): void {
  if (name.type === "removed") {
    if (!existsSync(name.kept)) return;
    renameSync(name.kept, name.path);
  } else {
    if (!existsSync(name.to)) return;
    renameSync(name.to, name.from);
    if (name.replaced !== undefined && existsSync(name.replaced))
      renameSync(name.replaced, name.to);
  }
  loss.namesUndone += 1;
}
