import type { Disk } from "./disk.ts";
import type { SnapshotStore } from "./snapshot-store.ts";
import type { Recovered, Storage } from "./storage.ts";
import type { WalOptions } from "./wal.ts";

/** A node's storage as it was opened. */
export type OpenedStorage = {
  readonly storage: Storage;
  readonly snapshots: SnapshotStore;
  readonly recovered: Recovered;
};

/** Opens a node's log and snapshots, mends what can be mended, and gives what they hold. */
export declare function openStorage(disk: Disk, options?: WalOptions): OpenedStorage;
