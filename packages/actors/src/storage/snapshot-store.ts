import type { LogPosition, Membership, Snapshot } from "@kontiki/core";
import { KontikiError } from "../errors.ts";

/**
 * The snapshots of a node, on its disk (§7, dissertation chapter 5). No snapshot is ever held in memory as a whole.
 *
 * Every call throws a `DiskError` when the disk refuses it; the store must not be used after that, and is opened again
 * together with the log.
 */
export interface SnapshotStore {
  /** The newest intact snapshot. It is durable. */
  readonly newest: Snapshot | undefined;
  /**
   * Begins a snapshot of this node's own state as of the entry `at`. It is not visible before it is finished. One at a
   * time: beginning another deletes the unfinished one.
   */
  begin(at: LogPosition, membership: Membership): SnapshotWriter;
  /**
   * A chunk of a snapshot's file, for sending: at most `maxBytes` from `offset`, fewer at its end. Undefined if that
   * snapshot is no longer kept.
   */
  read(snapshot: Snapshot, offset: number, maxBytes: number): Uint8Array<ArrayBuffer> | undefined;
  /**
   * As `read`, also for a damaged snapshot that was set aside: only bytes whose checksums match. Undefined if there are
   * none at `offset`.
   */
  readIntact(
    snapshot: Snapshot,
    offset: number,
    maxBytes: number,
  ): Uint8Array<ArrayBuffer> | undefined;
  /**
   * Saves a received chunk of a snapshot's file. Chunks must arrive in order, and offset 0 starts again. Returns "more"
   * when more chunks are needed, "whole" when the file is complete, its checksum matches and it is durable, and
   * "broken" when the chunks do not form an intact file; they are deleted then.
   */
  receive(snapshot: Snapshot, offset: number, bytes: Uint8Array): "more" | "whole" | "broken";
  /**
   * The parts of a kept snapshot, one by one, as they were written. The caller owns the bytes.
   *
   * @throws DamagedSnapshotError, from the iteration, where the file differs from what was written.
   */
  parts(snapshot: Snapshot): Iterable<Uint8Array>;
  /** Removes all but the newest snapshot and the one before it. */
  removeOld(): void;
}

/** A snapshot that is being written. */
export interface SnapshotWriter {
  /** Writes the next part. The caller may reuse its memory on return. */
  write(part: Uint8Array): void;
  /** Completes the snapshot and makes it durable and visible. No call may follow. */
  finish(): Snapshot;
  /** Deletes the snapshot. May be called at any time and repeatedly; does nothing after `finish`. */
  abandon(): void;
}

/** A snapshot whose bytes on disk differ from those that were written. */
export class DamagedSnapshotError extends KontikiError {
  override readonly name = "DamagedSnapshotError";
  /** The damaged file. */
  readonly path: string;
  /** The position of the damage in the file, in bytes. */
  readonly offset: number;

  constructor(path: string, offset: number, what: string) {
    super(`the snapshot is damaged: ${path}, byte ${offset}: ${what}`);
    this.path = path;
    this.offset = offset;
  }
}
