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
import { PromiseFile } from "../wal/promise.ts";
import type { StateRecord } from "../wal/wal-records.ts";
import { readLog, type LogRead } from "../wal/wal-recovery.ts";
import { keepPromise, nextNumber, salvagedLogs, setAside } from "./set-aside.ts";
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
type End = Pick<Start, "file" | "segment" | "length" | "isFull" | "last" | "spans" | "cuts">;

/**
 * Opens a node's log and snapshots and returns what they hold. On return all of it is durable: what an earlier process
 * wrote and did not sync is either removed (`tornBytes`) or synced now. After a DiskError it may be called again on the
 * same disk, once the failed storage is closed.
 *
 * Damaged files are set aside (see `set-aside.ts`), so that the node can get what it lacks from others; `horizon` then
 * records that it must, and `salvage` has what is intact of them. A crash during the call leaves either the old files or
 * the repaired ones.
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
  const logs = horizon === undefined ? [] : [...salvagedLogs(disk), ...listed(repaired.copy)];
  const number = nextNumber(disk);
  if (damaged.length > 0) setAside(disk, damaged, number);
  const end = repaired.isRewritten
    ? rewritten(disk, log, repaired, number)
    : madeDurable(disk, log);
  const entries = copySparseCommands(repaired.content.entries);
  const terms = new LogTerms(base);
  terms.append(entries);
  const promise = kept(disk, end, { hard, horizon, last: terms.last });
  return {
    storage: new Wal(disk, options, { ...end, hard, horizon, terms, promise }),
    snapshots: new SnapshotFiles(disk, found),
    recovered: {
      hard,
      base,
      entries,
      snapshot: found.newest,
      horizon,
      salvage: horizon === undefined ? undefined : { logs, snapshots: [] },
      damage: damageOf(found, log, repaired, number),
      tornBytes: log.tornBytes,
    },
  };
}

/**
 * Writes the log again. The old segments are set aside if they hold more than can be used now; otherwise nothing depends on
 * them any more, and they are removed.
 */
function rewritten(
  disk: Disk,
  log: LogRead,
  { content, isSetAside }: Repaired,
  number: number,
): End {
  const old = disk.list().filter(isSegmentName);
  const setsAside = isSetAside ? number : 0;
  if (isSetAside) keepPromise(disk, number);
  const end = rewriteLog(disk, content, log.tail, setsAside);
  removeOld(disk, log, old, setsAside);
  const spans = new SegmentSpans();
  spans.append(index(content.base.index + content.entries.length));
  spans.place(end.segment);
  const file = disk.open(segmentName(end.segment));
  return { ...end, spans, file, isFull: false, cuts: 0 };
}

/** What an interrupted start had to set aside keeps its own number. */
function removeOld(disk: Disk, log: LogRead, old: readonly string[], setsAside: number): void {
  const outdated = log.outdated.map(segmentName);
  const others = old.filter((name) => !outdated.includes(name));
  for (const [names, number] of [
    [outdated, log.setsAside],
    [others, setsAside],
  ] as const) {
    if (number > 0) setAside(disk, names, number);
    else for (const name of names) disk.remove(name);
  }
}

/**
 * Makes what was read durable before anything is built on it: the last batch may be only in the cache, or its sync may
 * have failed. All earlier batches are durable, and the names of all files are since `tidy`.
 */
function madeDurable(disk: Disk, log: LogRead): End {
  const { tail, spans, cuts, tornBytes } = log;
  removeOld(disk, log, [], 0);
  const file = disk.open(segmentName(tail.segment));
  try {
    if (tornBytes > 0) file.truncate(tail.length);
    if (tail.lastBatch !== undefined) file.rewrite(tail.lastBatch.offset, tail.lastBatch.bytes);
    file.sync();
    return { ...tail, spans, cuts, file };
  } catch (cause) {
    file.close();
    throw cause;
  }
}

/** Opens the promise file, and records what is durable now. */
function kept(
  disk: Disk,
  { file, last: batch, cuts }: End,
  state: Pick<StateRecord, "hard" | "horizon" | "last">,
): PromiseFile {
  let promise: PromiseFile | undefined;
  try {
    promise = new PromiseFile(disk);
    promise.write(batch, { ...state, before: { last: state.last, cuts } });
    return promise;
  } catch (cause) {
    promise?.close();
    file.close();
    throw cause;
  }
}

function listed<T>(value: T | undefined): readonly T[] {
  return value === undefined ? [] : [value];
}

function damageOf(
  { damaged }: FoundSnapshots,
  { damage }: LogRead,
  { lost, isSetAside }: Repaired,
  number: number,
): string | undefined {
  const all = damaged.map(({ error }) => error.message);
  if (damage !== undefined) {
    const { path, offset, what } = damage;
    all.push(`the log is damaged: ${path}, byte ${offset}: ${what}`);
  }
  if (lost !== undefined) all.push(lost);
  if (all.length === 0) return undefined;
  const isKept = isSetAside || damaged.length > 0;
  return `${all.join("; ")}${isKept ? `; the old files are kept as *.damaged-${number}` : ""}`;
}
