import type { Entry, HardState, Index } from "@kontiki/core";

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
  /** Hands the turn's writes to the disk as one batch. Says whether there was anything to write. */
  flush(): boolean;
  /** Makes flushed batches durable: one fdatasync, none when nothing was flushed. */
  sync(): void;
  /** Lets the file go; what was not synced may be lost. Nothing else may be called afterwards. */
  close(): void;
}

/** What was found on a disk at start. */
export type Recovered = {
  /** Term and vote as they were last saved; those of a server that never ran when there are none. */
  readonly hard: HardState;
  /** The whole log, from index 1. */
  readonly entries: readonly Entry<CommandBytes>[];
  /** Bytes of a torn last batch that were cut off; 0 after an orderly stop. */
  readonly tornBytes: number;
};
