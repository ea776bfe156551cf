import type { Entry, HardState, Index, LogPosition, Snapshot } from "@kontiki/core";

/** A command as the log stores it: bytes that only the layers above the log decode. */
export type CommandBytes = Uint8Array;

/**
 * What a node keeps across a crash (Figure 2, "persistent state"): its term and vote, and its log.
 *
 * The writes of one turn collect in memory and reach the disk as one batch, which `flush` writes and `sync` makes
 * durable. After a crash a batch is intact or absent, and batches survive in order.
 */
export interface Storage {
  /** Replaces term and vote. */
  saveHardState(hard: HardState): void;
  /** Appends entries after the last one. */
  append(entries: readonly Entry<CommandBytes>[]): void;
  /** Removes all entries after `after`. */
  truncate(after: Index): void;
  /** Removes the log up to and including `upTo`, which a durable snapshot covers. */
  compact(upTo: Index): void;
  /** Empties the log: it continues after `base`, the last entry of a received, durable snapshot. */
  reset(base: LogPosition): void;
  /** The damaged log is intact again: durably removes the horizon. */
  forgetHorizon(): void;
  /** Writes the turn's changes to the disk as one batch. Returns whether there was anything to write. */
  flush(): boolean;
  /**
   * Makes flushed batches durable: one fdatasync, or none when nothing was flushed. Each call removes at most one of
   * the files that a durable batch made obsolete. Returns whether there was anything to sync.
   */
  sync(): boolean;
  /** Closes the file; unsynced writes may be lost. No call may follow. */
  close(): void;
}

/** What is intact of one log whose files were found damaged: see `LogCopy` of the core. */
export type SalvagedLog = {
  /** Runs of adjacent entries, in ascending order, none of them empty. */
  readonly pieces: readonly (readonly Entry<CommandBytes>[])[];
  /** Positions that the log is known to have held, ascending. The last one is where it ended. */
  readonly marks: readonly LogPosition[];
};

/** What is intact of files that were found damaged and set aside. */
export type Salvaged = {
  /** Of logs. */
  readonly logs: readonly SalvagedLog[];
  /** Snapshots of which some parts are intact. */
  readonly snapshots: readonly Snapshot[];
};

/** What recovery found on a disk. All of it is durable. */
export type Recovered = {
  /** Term and vote as last saved; those of a server that never ran if none were saved. */
  readonly hard: HardState;
  /** The position before the first entry; `LOG_START` when nothing was compacted. */
  readonly base: LogPosition;
  /** The whole log after `base`. Of an opened storage: made when first asked for. */
  readonly entries: readonly Entry<CommandBytes>[];
  /** The newest intact snapshot; its last entry is in the log, or is `base`. */
  readonly snapshot: Snapshot | undefined;
  /**
   * The last position of a damaged log from which entries were removed that may have been promised (Alagappan et al.,
   * FAST '18). It survives restarts until `forgetHorizon`.
   */
  readonly horizon: LogPosition | undefined;
  /** What is intact of the damaged files, as long as there is a horizon. */
  readonly salvage?: Salvaged | undefined;
  /** What was found damaged at this start, and where, in one line; undefined if nothing was. */
  readonly damage: string | undefined;
  /** Bytes of a torn last batch that were removed; 0 after a graceful stop. */
  readonly tornBytes: number;
};
