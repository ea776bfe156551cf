import { index } from "@kontiki/core";
import type { Disk } from "../disk/disk.ts";
import { LogTerms } from "../wal/log-terms.ts";
import { repair, type Repaired } from "./repair.ts";
import { SegmentSpans } from "../wal/segment-spans.ts";
import { SnapshotFiles } from "../snapshot/snapshot-files.ts";
import { findSnapshots, type FoundSnapshots } from "../snapshot/snapshot-reader.ts";
import type { SnapshotStore } from "../snapshot-store.ts";
import type { Recovered, Storage } from "../storage.ts";
import { copySparseCommands } from "./copy-sparse-commands.ts";
import { isSegmentName, segmentName } from "../wal/wal-format.ts";
import { readLog, type LogRead } from "../wal/wal-recovery.ts";
import { rewriteLog } from "../wal/wal-rewrite.ts";
import { Wal, type Start, type WalOptions } from "../wal/wal.ts";

/** A node's storage, and what recovery found. */
export type OpenedStorage = {
  /** The log, ready for writing. */
  readonly storage: Storage;
  /** The snapshots. */
  readonly snapshots: SnapshotStore;
  /** What was found. */
  readonly recovered: Recovered;
};

/** The end of the log, where writing continues. */
type End = Pick<Start, "file" | "segment" | "length" | "last" | "spans">;

/**
 * Opens a node's log and snapshots and returns what they hold. On return all of it is durable: what an earlier process
 * wrote and did not sync is either removed (`tornBytes`) or synced now. After a DiskError it may be called again on the
 * same disk, once the failed storage is closed.
 *
 * Damaged parts are removed, so that the node can get them again from others; `horizon` then records that it must. A
 * crash during the call leaves either the old files or the repaired ones.
 *
 * Commands are views of the segments as read: a command keeps the memory of its segment.
 *
 * @throws DamagedLogError when nothing records what the node promised (see `readLog`). Nothing is changed.
 * @throws NewerLogError, OlderLogError when another version wrote log or snapshot. Nothing is changed.
 * @throws DiskError when the disk refuses a call.
 */
export function openStorage(disk: Disk, options: WalOptions = {}): OpenedStorage {
  disk.tidy();
  const found = findSnapshots(disk);
  const log = readLog(disk);
  const repaired = repair(log, found.newest);
  const { hard, base, horizon } = repaired.content;
  const damaged = found.damaged.map(({ name }) => name);
  const end = repaired.isRewritten
    ? rewritten(disk, log, repaired, damaged)
    : madeDurable(disk, log, damaged);
  const entries = copySparseCommands(repaired.content.entries);
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
      salvage: undefined,
      damage: damageOf(found, log, repaired),
      tornBytes: log.tornBytes,
    },
  };
}

/** Writes the log again, and removes the old segments and the damaged snapshots, which nothing depends on any more. */
function rewritten(
  disk: Disk,
  { tail }: LogRead,
  { content }: Repaired,
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
 * Makes what was read durable before anything is built on it: the last batch may be only in the cache, or its sync may
 * have failed. All earlier batches are durable, and the names of all files are since `tidy`.
 */
function madeDurable(disk: Disk, log: LogRead, damaged: readonly string[]): End {
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
  { lost }: Repaired,
): string | undefined {
  const all = damaged.map(({ error }) => error.message);
  if (damage !== undefined) {
    const { path, offset, what } = damage;
    all.push(`the log is damaged: ${path}, byte ${offset}: ${what}`);
  }
  if (lost !== undefined) all.push(lost);
  return all.length === 0 ? undefined : all.join("; ");
}
