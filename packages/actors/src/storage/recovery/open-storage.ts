import { index, sameSnapshot, type Entry, type PackedEntries, type Snapshot } from "@kontiki/core";
import type { Disk } from "../disk/disk.ts";
import { LogTerms } from "../wal/log-terms.ts";
import { repair, type Repaired } from "./repair.ts";
import { SegmentSpans } from "../wal/segment-spans.ts";
import { PartialSnapshot } from "../snapshot/partial-snapshot.ts";
import { positionOfName } from "../snapshot/snapshot-format.ts";
import { SnapshotFiles } from "../snapshot/snapshot-files.ts";
import { findSnapshots, type FoundSnapshots } from "../snapshot/snapshot-reader.ts";
import type { SnapshotStore } from "../snapshot-store.ts";
import type { CommandBytes, Recovered, Storage } from "../storage.ts";
import { isSegmentName, segmentName } from "../wal/wal-format.ts";
import { PromiseFile } from "../wal/promise.ts";
import type { StateRecord } from "../wal/wal-records.ts";
import { readLog, type LogRead } from "../wal/wal-recovery.ts";
import { salvagedLogs, setAsideLog, setAsidePromise } from "./log-aside.ts";
import { nextNumber, setAside, setAsideOn } from "../disk/set-aside.ts";
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
  /** The entries of it, for a log in memory, which takes them one by one. */
  readonly packed: PackedEntries<CommandBytes>;
};

/** The end of the log, where writing continues. */
type End = Pick<
  Start,
  "file" | "segment" | "length" | "reserved" | "isFull" | "last" | "spans" | "cuts"
>;

/**
 * Opens a node's log and snapshots and returns what they hold. On return all of it is durable: what an earlier process
 * wrote and did not sync is either removed (`tornBytes`) or synced now. After a DiskError it may be called again on the
 * same disk, once the failed storage is closed.
 *
 * Damaged files are set aside (see `disk/set-aside.ts`), so that the node can get what it lacks from others; `horizon` then
 * records that it must, and `salvage` has what is intact of them. A crash during the call leaves either the old files or
 * the repaired ones, and the next call completes it.
 *
 * Entries are made when they are asked for. Their commands are views of small buffers: none keeps the memory of its segment.
 *
 * @param owner whose disk it is, in ASCII; undefined if that is not known. It is written to the promise file, and one that names
 *   another owner is refused.
 * @throws DamagedLogError when nothing records what the node promised (see `readLog`). Nothing is changed.
 * @throws NewerLogError, OlderLogError when another version wrote log or snapshot. Nothing is changed.
 * @throws DiskError when the disk refuses a call.
 */
export function openStorage(disk: Disk, options: WalOptions = {}, owner?: string): OpenedStorage {
  disk.tidy();
  const found = findSnapshots(disk);
  const log = readLog(disk, owner);
  const damaged = found.damaged.map(({ name }) => name);
  const before = finishOutdated(disk, log, damaged);
  const repaired = repair(log, found.newest);
  const { content, copy } = repaired;
  const { hard, base, horizon } = content;
  const number = nextNumber(disk);
  const logs = horizon === undefined ? [] : [...salvagedLogs(disk), ...listed(copy)];
  const { aside, ...end } = written(disk, log, repaired, { damaged, number });
  const packed = content.entries;
  const terms = new LogTerms(base);
  terms.extend(packed);
  const state = { hard, horizon, last: terms.last };
  const { promise, badPromise } = kept(disk, end, { number, state, owner });
  let entries: readonly Entry<CommandBytes>[] | undefined;
  return {
    storage: new Wal(disk, options, { ...end, hard, horizon, terms, promise }),
    snapshots: new SnapshotFiles(disk, found),
    recovered: {
      hard,
      base,
      get entries() {
        return (entries ??= packed.all());
      },
      snapshot: found.newest,
      horizon,
      salvage:
        horizon === undefined ? undefined : { logs, snapshots: partialSnapshots(disk, damaged) },
      damage: damageOf(found, log, repaired, {
        aside: [...before, ...aside, ...(badPromise?.aside ?? [])],
        promise: badPromise?.damage,
      }),
      tornBytes: log.tornBytes,
    },
    packed,
  };
}

/**
 * Segments before the one that the log begins with are left of a start that a crash interrupted: it is completed. Returns
 * the names under which files are set aside.
 */
function finishOutdated(disk: Disk, log: LogRead, damaged: readonly string[]): readonly string[] {
  const outdated = log.outdated.map(segmentName);
  if (outdated.length === 0) return [];
  if (log.setsAside > 0) return setAsideLog(disk, [...damaged, ...outdated], log.setsAside);
  for (const name of outdated) disk.remove(name);
  return [];
}

/** Writes what the node continues with, and sets aside what it does not. */
function written(
  disk: Disk,
  log: LogRead,
  repaired: Repaired,
  { damaged, number }: { readonly damaged: readonly string[]; readonly number: number },
): End & { readonly aside: readonly string[] } {
  if (!repaired.isRewritten) {
    const aside = setAside(disk, damaged, number);
    return { ...madeDurable(disk, log), aside };
  }
  const { content, isSetAside } = repaired;
  const old = disk.list().filter(isSegmentName);
  if (isSetAside) syncLast(disk, old.at(-1));
  const end = rewriteLog(disk, content, { ...log.tail, cuts: log.cuts }, isSetAside ? number : 0);
  const aside = isSetAside
    ? setAsideLog(disk, [...damaged, ...old], number)
    : setAside(disk, damaged, number);
  // Nothing depends on these any more.
  if (!isSetAside) for (const name of old) disk.remove(name);
  const spans = new SegmentSpans();
  spans.append(index(content.base.index + content.entries.length));
  spans.place(end.segment);
  const file = disk.open(segmentName(end.segment));
  return { ...end, reserved: end.length, spans, file, isFull: false, aside };
}

/**
 * Makes what was read durable before anything is built on it: the last batch may be only in the cache, or its sync may
 * have failed. All earlier batches are durable, and the names of all files are since `tidy`.
 */
function madeDurable(disk: Disk, log: LogRead): End {
  const { tail, spans, cuts, tornBytes } = log;
  const isReserved = tornBytes === 0 && tail.reserved > tail.length;
  const file = disk.open(segmentName(tail.segment), isReserved ? tail.length : undefined);
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

/**
 * Makes the last segment of a log durable before it is set aside. Its last batch may be only in the cache, or its sync may
 * have failed, and the horizon counts it: it is asked for until it is found, so it must not be lost here.
 */
function syncLast(disk: Disk, name: string | undefined): void {
  if (name === undefined) return;
  const file = disk.open(name);
  try {
    file.rewrite(0, disk.read(name));
    file.sync();
  } finally {
    file.close();
  }
}

/** Opens the promise file, or a new one if it is damaged, and records what is durable now. */
function kept(
  disk: Disk,
  { file, last: batch, cuts }: End,
  {
    number,
    state,
    owner,
  }: {
    readonly number: number;
    readonly owner: string | undefined;
    readonly state: Pick<StateRecord, "hard" | "horizon" | "last">;
  },
): { readonly promise: PromiseFile; readonly badPromise: ReturnType<typeof setAsidePromise> } {
  let promise: PromiseFile | undefined;
  try {
    const badPromise = setAsidePromise(disk, number);
    promise = new PromiseFile(disk, owner);
    promise.write({ end: batch, state: { ...state, before: { last: state.last, cuts } } });
    return { promise, badPromise };
  } catch (cause) {
    promise?.close(false);
    file.close();
    throw cause;
  }
}

/**
 * The damaged snapshots that still say what they are, newest first, each once.
 *
 * @param damaged names of files that are there only if the disk is not changed.
 */
function partialSnapshots(disk: Disk, damaged: readonly string[]): readonly Snapshot[] {
  const there = disk.list().filter((name) => damaged.includes(name));
  const aside = setAsideOn(disk).filter(({ original }) => positionOfName(original) !== undefined);
  const names = [...there, ...aside.map(({ name }) => name)];
  const all = names.flatMap((name) => listed(PartialSnapshot.find(disk, name)?.snapshot));
  return all
    .filter((one, at) => !all.slice(0, at).some((other) => sameSnapshot(one, other)))
    .sort((one, other) => other.index - one.index);
}

function listed<T>(value: T | undefined): readonly T[] {
  return value === undefined ? [] : [value];
}

/** For people: what is damaged, and where it is now. */
function damageOf(
  { damaged }: FoundSnapshots,
  { damage }: LogRead,
  { lost }: Repaired,
  { aside, promise }: { readonly aside: readonly string[]; readonly promise: string | undefined },
): string | undefined {
  const all = damaged.map(({ error }) => error.message);
  if (damage !== undefined) {
    const { path, offset, what } = damage;
    all.push(`the log is damaged: ${path}, byte ${offset}: ${what}`);
  }
  if (lost !== undefined) all.push(lost);
  if (promise !== undefined) all.push(promise);
  const [first, ...others] = aside;
  if (first !== undefined)
    all.push(`kept as ${first}${others.length === 0 ? "" : ` and ${others.length} more`}`);
  return all.length === 0 ? undefined : all.join("; ");
}
