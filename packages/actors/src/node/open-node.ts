import type { Config } from "@kontiki/core";
import type { Disk } from "../storage/disk/disk.ts";
import { Lease } from "./lease.ts";
import { NodeActor } from "./node-actor.ts";
import type { Opened } from "./runner-ports.ts";
import { openStorage } from "../storage/recovery/open-storage.ts";
import type { ReadIds } from "./reads.ts";
import type { SnapshotPolicy } from "./snapshot-taker.ts";
import type { StateMachine } from "../machine/state-machine.ts";
import type { Recovered } from "../storage/storage.ts";
import type { Tracer } from "../trace/trace.ts";
import type { WalOptions } from "../storage/wal/wal.ts";

const PROBE_FILE = "probe";
const PROBE_BYTES = 256 * 1024;

/** What a node is recovered with. */
export type NodeSetup = {
  readonly config: Config;
  /** Its disk, on which a log was begun. */
  readonly disk: Disk;
  /** A machine that has applied nothing. */
  readonly machine: StateMachine;
  readonly readIds: ReadIds;
  readonly policy: SnapshotPolicy;
  /** The shortest election timeout in ms, and by which part two clocks may differ; undefined for no leases. */
  readonly lease: { readonly electionTimeoutMs: number; readonly clockDrift: number } | undefined;
  /** Gives the tracer of this start, which knows from the beginning what was recovered. */
  readonly tracer: (recovered: Recovered) => Tracer | undefined;
  readonly wal?: WalOptions;
};

/**
 * Recovers a node from its disk, as at a start.
 *
 * @throws DiskError when the disk refuses, and whatever else `openStorage` throws. Nothing is left open then.
 */
export function openNode(setup: NodeSetup): Opened & { readonly recovered: Recovered } {
  const { config, disk, machine, readIds, policy, lease, wal } = setup;
  const { storage, snapshots, recovered } = openStorage(disk, wal);
  try {
    const actor = new NodeActor({
      config,
      recovered,
      storage,
      snapshots,
      machine,
      readIds,
      policy,
      lease: lease && new Lease(lease.electionTimeoutMs, lease.clockDrift),
      tracer: setup.tracer(recovered),
    });
    return { actor, storage, damage: recovered.damage, recovered };
  } catch (error) {
    storage.close();
    throw error;
  }
}

/** How many heartbeats fit into the shortest election timeout: a leader without a majority for so long steps down. */
export function quorumBeats(electionTimeoutMs: number, heartbeatMs: number): number {
  return Math.max(Math.floor(electionTimeoutMs / heartbeatMs), 2);
}

/**
 * Makes sure that a disk which was full or failing takes as much as a turn may write, before it is used again.
 *
 * @throws DiskError when it does not.
 */
export function probe(disk: Disk): void {
  disk.create(PROBE_FILE, new Uint8Array(PROBE_BYTES));
  disk.remove(PROBE_FILE);
}
