import { whole } from "../../options/rules.ts";
import { checkArgument } from "../../options/argument.ts";
import { checkOptions, type Schema } from "../../options/schema.ts";
import type { Disk } from "../disk/disk.ts";
import { givenDisk } from "../disk/given-disk.ts";
import type { WalOptions } from "../wal/wal.ts";
import { openStorage as open, type OpenedStorage } from "./open-storage.ts";

export const WAL_OPTIONS: Schema<WalOptions> = { segmentBytes: whole(1, 2 ** 30) };

/**
 * Opens a node's log and snapshots and returns what they hold. On return all of it is durable: what an earlier process
 * wrote and did not sync is either removed (`tornBytes`) or synced now. After a DiskError it may be called again on the
 * same disk, once the failed storage is closed.
 *
 * Damaged parts are removed, so that the node can get them again from others; `horizon` then records that it must. A
 * crash during the call leaves either the old files or the repaired ones.
 *
 * @throws KontikiError for a wrong option; DamagedLogError when nothing records what the node promised; NewerLogError and
 * OlderLogError when another version wrote log or snapshot. Nothing is changed then. DiskError when the disk refuses a
 * call.
 */
export function openStorage(disk: Disk, options?: WalOptions): OpenedStorage {
  checkArgument("openStorage", "disk", givenDisk, disk);
  checkOptions("openStorage", WAL_OPTIONS, options);
  return open(disk, options);
}
