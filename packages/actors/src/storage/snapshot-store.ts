import type { LogPosition, Membership, Snapshot } from "@kontiki/core";
import { KontikiError } from "../errors.ts";

/**
 * The snapshots of a node, on its disk (§7, dissertation chapter 5). None is ever held in memory as a whole.
 *
 * Every call throws a `DiskError` when the disk refuses; then the store is of no use any more, and is opened anew
 * together with the log.
 */
export interface SnapshotStore {
  /** The newest whole snapshot, durable. */
  readonly newest: Snapshot | undefined;
  /**
   * Begins a snapshot of this node's own state as of the entry `at`. None of it is visible before it is finished. One at
   * a time: beginning another throws the unfinished one away.
   */
  begin(at: LogPosition, membership: Membership): SnapshotWriter;
  /**
   * A part of a snapshot's file for sending: at most `maxBytes` from `offset`, fewer at its end. Undefined when that
   * snapshot is not kept any more.
   */
  read(snapshot: Snapshot, offset: number, maxBytes: number): Uint8Array<ArrayBuffer> | undefined;
  /**
   * Saves a received part of a snapshot's file; parts come in order, and offset 0 begins anew. "more": go on. "whole":
   * it is complete, its checksum right, durable, and may now be the newest. "broken": what came makes no whole, and was
   * thrown away.
   */
  receive(snapshot: Snapshot, offset: number, bytes: Uint8Array): "more" | "whole" | "broken";
  /**
   * The parts of a kept snapshot, one by one, as they were written. The bytes are the caller's own.
   *
   * @throws DamagedSnapshotError, from the iteration, where the file is not what was written.
   */
  parts(snapshot: Snapshot): Iterable<Uint8Array>;
  /** Removes all but the newest and the one before it. */
  removeOld(): void;
}

/** A snapshot that is being written. */
export interface SnapshotWriter {
  /** Writes the next part. Its memory may be used again on return. */
  write(part: Uint8Array): void;
  /** Makes it whole, durable and visible. Nothing may be called afterwards. */
  finish(): Snapshot;
  /** Throws it away. It may be called at any time, also twice, and after `finish` does nothing. */
  abandon(): void;
}

/** A snapshot whose bytes on disk are not those that were written. */
export class DamagedSnapshotError extends KontikiError {
  override readonly name = "DamagedSnapshotError";
  /** The file that is damaged. */
  readonly path: string;
  /** Where in that file, in bytes. */
  readonly offset: number;

  constructor(path: string, offset: number, what: string) {
    super(`the snapshot is damaged: ${path}, byte ${offset}: ${what}`);
    this.path = path;
    this.offset = offset;
  }
}
