/** Writing batches to real storage, and reading back what it contains. */
import type { LogPosition, Snapshot } from "@kontiki/core";
import type { Disk } from "../../../../packages/actors/src/storage/disk/disk.ts";
import type { MemoryDisk } from "../../../../packages/actors/src/storage/disk/memory-disk.ts";
import { createWal, hasWal } from "../../../../packages/actors/src/storage/wal/open-wal.ts";
import {
  openStorage,
  type OpenedStorage,
} from "../../../../packages/actors/src/storage/recovery/open-storage.ts";
import type { WalOptions } from "../../../../packages/actors/src/storage/wal/wal.ts";
import { type Content, type Write, type Batch, MEMBERS, partsAt, textOf } from "./model.ts";
import { memoryDisk } from "./disks.ts";

/** What a storage says that was just opened. */
export function contentOf({ recovered, snapshots }: OpenedStorage): Content {
  const { hard, base, entries, horizon, snapshot } = recovered;
  const parts = snapshot === undefined ? undefined : [...snapshots.parts(snapshot)];
  const text = parts?.map((part) => new TextDecoder().decode(part));
  return { hard, base, entries: entries.map(textOf), horizon, snapshot: text };
}

/** The same for a disk, which is opened for it. */
export function contentOn(disk: Disk): Content {
  const opened = openStorage(disk);
  const content = contentOf(opened);
  opened.storage.close();
  return content;
}

/** Takes a snapshot of an entry. */
export function takeSnapshot({ snapshots }: OpenedStorage, at: LogPosition): Snapshot {
  const writer = snapshots.begin(at, MEMBERS);
  for (const part of partsAt(at)) writer.write(new TextEncoder().encode(part));
  return writer.finish();
}

/** A snapshot as another node has it, and the bytes of its file. */
export function snapshotFile(at: LogPosition): { snapshot: Snapshot; bytes: Uint8Array } {
  const disk = memoryDisk();
  createWal(disk);
  const opened = openStorage(disk);
  const snapshot = takeSnapshot(opened, at);
  const bytes = opened.snapshots.read(snapshot, 0, snapshot.size) ?? new Uint8Array();
  return { snapshot, bytes };
}

export function write(opened: OpenedStorage, batch: Batch): void {
  for (const part of batch) writePart(opened, part);
}

function writePart(opened: OpenedStorage, part: Write): void {
  const { storage, snapshots } = opened;
  switch (part.type) {
    case "hardState":
      return storage.saveHardState(part.hard);
    case "append":
      return storage.append(part.entries);
    case "truncate":
      return storage.truncate(part.after);
    case "compact":
      takeSnapshot(opened, part.at);
      if (part.upTo > 0) storage.compact(part.upTo);
      return snapshots.removeOld();
    case "install": {
      const { snapshot, bytes } = snapshotFile(part.at);
      const middle = Math.floor(bytes.length / 2);
      snapshots.receive(snapshot, 0, bytes.subarray(0, middle));
      snapshots.receive(snapshot, middle, bytes.subarray(middle));
      storage.reset(part.at);
      return snapshots.removeOld();
    }
    case "forgetHorizon":
      return storage.forgetHorizon();
    default:
      part satisfies never;
  }
}

/** Writes each batch and makes it durable. */
export function writeAll(opened: OpenedStorage, batches: readonly Batch[]): void {
  for (const batch of batches) {
    write(opened, batch);
    opened.storage.flush();
    opened.storage.sync();
  }
}

/**
 * Runs a node's life on a disk until it is over, or something is thrown that `isEnd` is true of. Says how many batches
 * were written, and made durable.
 */
export function live(
  disk: Disk,
  batches: readonly Batch[],
  segmentBytes: number,
  isEnd: (cause: unknown) => boolean,
): [number, number] {
  let flushed = 0;
  let synced = 0;
  try {
    if (!hasWal(disk)) createWal(disk);
    const opened = openStorage(disk, { segmentBytes });
    for (const batch of batches) {
      write(opened, batch);
      flushed += 1;
      opened.storage.flush();
      opened.storage.sync();
      synced += 1;
    }
    opened.storage.close();
  } catch (cause) {
    if (!isEnd(cause)) throw cause;
  }
  return [flushed, synced];
}

/** A disk that holds a log of these batches, each of them durable. */
export function diskWith(batches: readonly Batch[], options: WalOptions = {}): MemoryDisk {
  const disk = memoryDisk();
  createWal(disk);
  const opened = openStorage(disk, options);
  writeAll(opened, batches);
  opened.storage.close();
  return disk;
}
