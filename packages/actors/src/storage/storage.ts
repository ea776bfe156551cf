import type { Entry, HardState, Index, LogPosition, Snapshot } from "@kontiki/core";

/** A command as the log holds it: bytes that only the layers above the log open. */
export type CommandBytes = Uint8Array;

/**
 * What a node keeps over a crash (Figure 2, "persistent state"): its term and vote, and its log.
 *
 * Writes of one turn gather in memory and reach the disk as one batch, written by `flush` and durable after
 * `sync`. A batch is whole or not there at all after a crash, and batches survive in order.
 */
export interface Storage {
  /** Replaces term and vote. */
  saveHardState(hard: HardState): void;
  /** Appends entries behind the last one. */
  append(entries: readonly Entry<CommandBytes>[]): void;
  /** Drops all entries after `after`. */
  truncate(after: Index): void;
  /** Drops the log up to and with `upTo`, which a durable snapshot holds. */
  compact(upTo: Index): void;
  /** Empties the log: it goes on behind `base`, the last entry of a durable snapshot that was received. */
  reset(base: LogPosition): void;
  /** The damaged log is whole again: forgets durably that it was not. */
  forgetHorizon(): void;
  /** Hands the turn's writes to the disk as one batch. Says whether there was anything to write. */
  flush(): boolean;
  /**
   * Makes flushed batches durable: one fdatasync, none when nothing was flushed. Of the files that a durable batch
   * made needless it removes at most one a call.
   */
  sync(): void;
  /** Lets the file go; what was not synced may be lost. Nothing else may be called afterwards. */
  close(): void;
}

/** What was found on a disk at start. All of it is durable. */
export type Recovered = {
  /** Term and vote as they were last saved; those of a server that never ran when there are none. */
  readonly hard: HardState;
  /** The position before the first entry; `LOG_START` when nothing was compacted. */
  readonly base: LogPosition;
  /** The whole log behind `base`. */
  readonly entries: readonly Entry<CommandBytes>[];
  /** The newest whole snapshot: of an entry that the log holds, or that `base` names. */
  readonly snapshot: Snapshot | undefined;
  /**
   * The last position of a log that was damaged, of which entries were cut away that may have been promised
   * (Alagappan et al., FAST '18). It survives restarts until `forgetHorizon`.
   */
  readonly horizon: LogPosition | undefined;
  /** What was found damaged at this start, and where, in one line; undefined when nothing was. */
  readonly damage: string | undefined;
  /** Bytes of a torn last batch that were cut off; 0 after an orderly stop. */
  readonly tornBytes: number;
};
