import { index } from "@kontiki/core";
import type { Disk } from "../disk/disk.ts";
import { LogTerms } from "../wal/log-terms.ts";
import { mend, type Mended } from "./mend.ts";
import { SegmentSpans } from "../wal/segment-spans.ts";
import { SnapshotFiles } from "../snapshot/snapshot-files.ts";
import { findSnapshots, type FoundSnapshots } from "../snapshot/snapshot-reader.ts";
import type { SnapshotStore } from "../snapshot-store.ts";
import type { Recovered, Storage } from "../storage.ts";
import { unpin } from "./unpin.ts";
import { isSegmentName, segmentName } from "../wal/wal-format.ts";
import { readLog, type LogRead } from "../wal/wal-recovery.ts";
import { rewriteLog } from "../wal/wal-rewrite.ts";
import { Wal, type Start, type WalOptions } from "../wal/wal.ts";

/** A node's storage, and what was found there. */
export type OpenedStorage = {
  /** The log, where writing goes on. */
  readonly storage: Storage;
  /** The snapshots. */
  readonly snapshots: SnapshotStore;
  /** What was found. */
  readonly recovered: Recovered;
};

/** Where writing goes on. */
type End = Pick<Start, "file" | "segment" | "length" | "last" | "spans">;

/**
 * Opens a node's log and snapshots and gives what they hold. On return all of that is durable: what an earlier process
 * wrote and did not live to sync is either cut off (`tornBytes`) or synced now. It may be called again on the same disk
 * after a DiskError, once the storage that failed is closed.
 *
 * What is damaged is cut away, so that the node can get it again from others; `horizon` then says that it owes it. A
 * crash on the way leaves what was there or what is there then.
 *
 * Commands are views of the segments as read: a command keeps the memory of its segment.
 *
 * @throws DamagedLogError when nothing tells what the node promised (`readLog` says when). Nothing is changed.
 * @throws NewerLogError, OlderLogError when another version wrote log or snapshot. Nothing is changed.
 * @throws DiskError when the disk refuses.
 */
export function openStorage(disk: Disk, options: WalOptions = {}): OpenedStorage {
  disk.tidy();
  const found = findSnapshots(disk);
  const log = readLog(disk);
  const mended = mend(log, found.newest);
  const { hard, base, horizon } = mended.content;
  const damaged = found.damaged.map(({ name }) => name);
  const end = mended.isRewritten
    ? rewritten(disk, log, mended, damaged)
    : settled(disk, log, damaged);
  const entries = unpin(mended.content.entries);
  const terms = new LogTerms(base);
  terms.append(entries);
  return {
    storage: new Wal(disk, options, { ...end, hard, horizon, terms }),
    snapshots: new SnapshotFiles(disk, found),
    recovered: {
      hard,
      base,
      entries,
      snapshot: found.newest,
      horizon,
      damage: damageOf(found, log, mended),
      tornBytes: log.tornBytes,
    },
  };
}

/** Writes the log anew, and removes the old one and what was damaged, on which nothing rests any more. */
function rewritten(
  disk: Disk,
  { tail }: LogRead,
  { content }: Mended,
  damaged: readonly string[],
): End {
  const old = disk.list().filter(isSegmentName);
  const end = rewriteLog(disk, content, tail);
  for (const name of [...old, ...damaged]) disk.remove(name);
  const spans = new SegmentSpans();
  spans.append(index(content.base.index + content.entries.length));
  spans.place(end.segment);
  return { ...end, spans, file: disk.open(segmentName(end.segment)) };
}

/**
 * Makes what was read durable before anything is built on it: the last batch may be in the cache only, or a sync of it
 * may have failed. All before it is durable, and so are the names of all files since the disk was tidied.
 */
function settled(disk: Disk, log: LogRead, damaged: readonly string[]): End {
  const { tail, spans, outdated, tornBytes } = log;
  for (const name of [...outdated.map(segmentName), ...damaged]) disk.remove(name);
  const file = disk.open(segmentName(tail.segment));
  try {
    if (tornBytes > 0) file.truncate(tail.length);
    if (tail.lastBatch !== undefined) file.rewrite(tail.lastBatch.offset, tail.lastBatch.bytes);
    file.sync();
    return { ...tail, spans, file };
  } catch (cause) {
    file.close();
    throw cause;
  }
}

function damageOf(
  { damaged }: FoundSnapshots,
  { damage }: LogRead,
  { lost }: Mended,
): string | undefined {
  const all = damaged.map(({ error }) => error.message);
  if (damage !== undefined) {
    const { path, offset, what } = damage;
    all.push(`the log is damaged: ${path}, byte ${offset}: ${what}`);
  }
  if (lost !== undefined) all.push(lost);
  return all.length === 0 ? undefined : all.join("; ");
}
