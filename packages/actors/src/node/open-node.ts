import type { Config } from "@kontiki/core";
import type { EntryObserver } from "./applier.ts";
import type { Disk } from "../storage/disk/disk.ts";
import { Lease } from "./lease.ts";
import { NodeActor } from "./node-actor.ts";
import type { LetterWatch } from "./letter-watch.ts";
import type { NodeLimits } from "./node-parts.ts";
import type { Opened } from "./runner-ports.ts";
import { openStorage } from "../storage/recovery/open-storage.ts";
import type { ReadIds } from "./reads.ts";
import type { SnapshotPolicy } from "./snapshot-taker.ts";
import type { StepObserver } from "./step-observer.ts";
import type { StateMachine } from "../machine/state-machine.ts";
import type { Recovered } from "../storage/storage.ts";
import type { Tracer } from "../trace/trace.ts";
import type { WalOptions } from "../storage/wal/wal.ts";

const PROBE_FILE = "probe";
const PROBE_BYTES = 256 * 1024;

/** What a node needs for recovery. */
export type NodeSetup = {
  readonly config: Config;
  /** Its disk, which already holds a log. */
  readonly disk: Disk;
  /** A machine that has applied nothing. */
  readonly machine: StateMachine;
  readonly readIds: ReadIds;
  readonly policy: SnapshotPolicy;
  /** The shortest election timeout in ms, and the maximum difference in clock rates; undefined for no leases. */
  readonly lease: { readonly electionTimeoutMs: number; readonly clockDrift: number } | undefined;
  /** Creates the tracer of this start from what was recovered. */
  readonly tracer: (recovered: Recovered) => Tracer | undefined;
  readonly observer?: StepObserver | undefined;
  readonly entries?: EntryObserver | undefined;
  readonly wal?: WalOptions;
  readonly limits?: Partial<NodeLimits> | undefined;
};

/** A node in a thread of a cluster. */
export type WatchedSetup = NodeSetup & {
  /** Records its letters. */
  readonly watch?: LetterWatch | undefined;
  /** Whose disk it is: see `openStorage`. */
  readonly owner?: string | undefined;
};

/**
 * Recovers a node from its disk, as at a start.
 *
 * @throws DiskError when the disk refuses, and everything that `openStorage` throws. Nothing is left open then.
 */
export function openNode(setup: WatchedSetup): Opened & { readonly recovered: Recovered } {
  const { config, disk, machine, readIds, policy, lease, wal, limits } = setup;
  const { storage, snapshots, recovered, packed } = openStorage(disk, wal, setup.owner);
  try {
    const actor = new NodeActor({
      config,
      recovered,
      packed,
      storage,
      snapshots,
      machine,
      readIds,
      policy,
      lease: lease && new Lease(lease.electionTimeoutMs, lease.clockDrift),
      tracer: setup.tracer(recovered),
      observer: setup.observer,
      entries: setup.entries,
      watch: setup.watch,
      limits,
    });
    return { actor, storage, damage: recovered.damage, recovered };
  } catch (error) {
    storage.close();
    throw error;
  }
}

/** The heartbeats in the shortest election timeout: after this many without a majority, a leader steps down. */
export function quorumBeats(electionTimeoutMs: number, heartbeatMs: number): number {
  return Math.max(Math.floor(electionTimeoutMs / heartbeatMs), 2);
}

/**
 * Checks that a disk which was full or failed accepts as much as a turn may write, before it is used again.
 *
 * @throws DiskError when it does not.
 */
export function probe(disk: Disk): void {
  disk.create(PROBE_FILE, new Uint8Array(PROBE_BYTES));
  disk.remove(PROBE_FILE);
}
