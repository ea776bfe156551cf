import {
  INDEX_ZERO,
  LOG_START,
  TERM_ZERO,
  type LogCopy,
  type LogPosition,
  type Snapshot,
  type Term,
} from "@kontiki/core";
import type { Disk } from "../storage/disk/disk.ts";
import { setAsideOn } from "../storage/disk/set-aside.ts";
import { UnchangedDisk } from "../storage/disk/unchanged-disk.ts";
import { KontikiError, messageOf } from "../errors.ts";
import { openStorage } from "../storage/recovery/open-storage.ts";
import { salvagedLogs } from "../storage/recovery/log-aside.ts";
import { salvageOf } from "../storage/salvaged.ts";
import type { SnapshotStore } from "../storage/snapshot-store.ts";
import type { CommandBytes, Recovered, SalvagedLog } from "../storage/storage.ts";
import { PROMISE_NAME, readPromise } from "../storage/wal/promise.ts";
import { isSegmentName } from "../storage/wal/wal-format.ts";
import { intactBatches, salvagedLog } from "../storage/wal/wal-salvage.ts";

/** All that is intact of one disk. */
export type LogSource = {
  /** The folder that it is in, inside the data directory. */
  readonly name: string;
  /** The logs that are known from it: its own one, and those of damaged files. */
  readonly copies: readonly LogCopy<CommandBytes>[];
  /** Its newest intact snapshot. */
  readonly snapshot: Snapshot | undefined;
  /** Damaged snapshots of which some parts are intact. */
  readonly partial: readonly Snapshot[];
  /** Reads its snapshots; undefined if the disk could not be opened. */
  readonly snapshots: SnapshotStore | undefined;
  /** The latest term that it is known to have seen. */
  readonly term: Term;
  /** What recovery found; undefined if the disk could not be opened. */
  readonly recovered: Recovered | undefined;
  /** Why the disk could not be opened, in one line. */
  readonly why: string | undefined;
};

/** Reads a disk without changing it, also one whose node must not run because nothing records what it promised. */
export function readSource(name: string, disk: Disk): LogSource {
  const unchanged = new UnchangedDisk(disk);
  try {
    const { storage, snapshots, recovered } = openStorage(unchanged);
    storage.close();
    const { hard, entries, base, snapshot, salvage } = recovered;
    const last = entries.at(-1) ?? base;
    const marks = last.index === base.index ? [base] : [base, positionOf(last)];
    const own = { pieces: entries.length === 0 ? [] : [entries], marks };
    // Damaged files matter only as long as something is missing: afterwards the log has all that they hold, or is newer.
    const logs = [own, ...(salvage?.logs ?? [])];
    return {
      name,
      copies: copiesOf(logs),
      snapshot,
      partial: salvage?.snapshots ?? [],
      snapshots,
      term: hard.term,
      recovered,
      why: undefined,
    };
  } catch (error) {
    if (!(error instanceof KontikiError)) throw error;
    return unopened(name, disk, messageOf(error));
  }
}

/** What is intact of a disk that cannot be opened. */
function unopened(name: string, disk: Disk, why: string): LogSource {
  const { logs, term } = remainsOf(disk);
  const copies = copiesOf(logs);
  const none = { snapshot: undefined, partial: [], snapshots: undefined, recovered: undefined };
  return { name, copies, ...none, term, why };
}

function remainsOf(disk: Disk): { readonly logs: readonly SalvagedLog[]; readonly term: Term } {
  try {
    const batches = intactBatches(disk, disk.list().filter(isSegmentName));
    const promise = readPromise(disk, PROMISE_NAME);
    const terms = [...batches, ...(promise === undefined ? [] : [promise])].map(
      ({ state }) => state.hard.term,
    );
    const earlier = setAsideOn(disk).length === 0 ? [] : salvagedLogs(disk);
    const term = Math.max(TERM_ZERO, ...terms) as Term;
    return { logs: [salvagedLog(batches, promise), ...earlier], term };
  } catch (error) {
    if (!(error instanceof KontikiError)) throw error;
    return { logs: [], term: TERM_ZERO };
  }
}

/** Logs of which something is known. */
function copiesOf(logs: readonly SalvagedLog[]): readonly LogCopy<CommandBytes>[] {
  const known = logs.filter(({ marks }) => (marks.at(-1)?.index ?? INDEX_ZERO) > 0);
  return salvageOf({ logs: known, snapshots: [] }).logs;
}

function positionOf({ index, term }: LogPosition): LogPosition {
  return { index, term };
}

/** The position that a disk's own log ends with. */
export function endOfSource({ recovered }: LogSource): LogPosition {
  return recovered === undefined ? LOG_START : (recovered.entries.at(-1) ?? recovered.base);
}
