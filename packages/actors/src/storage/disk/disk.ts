import { KontikiError } from "../../errors.ts";

/**
 * A node's disk, as little of it as log and snapshots need: flat files, appended to and synced.
 *
 * Nothing is durable until it is synced. An implementation therefore remembers which bytes were, so
 * that a power loss (which loses or tears what was not) can be played on it. All calls are
 * synchronous: a node has a thread to itself, and a turn must not interleave with another.
 *
 * Every call throws a `DiskError` when the operating system refuses.
 */
export interface Disk {
  /** The names of the files there, sorted. Files that are not finished are not among them. */
  list(): string[];
  /** The whole of a file. The bytes are the caller's own. */
  read(name: string): Uint8Array;
  /** Bytes of a file from `offset`: `length` of them, fewer at its end. They are the caller's own. */
  readRange(name: string, offset: number, length: number): Uint8Array<ArrayBuffer>;
  /**
   * Makes a file with this content, durable on return, whole or not at all: written under a
   * temporary name, synced, renamed, and the directory synced. Replaces a file of that name.
   */
  create(name: string, content: Uint8Array): void;
  /**
   * Begins a file that is too large to be held in memory. `temporary` is its name until it is published; another file
   * that was begun under it is thrown away.
   */
  begin(temporary: string): NewFile;
  /** Opens a file that exists for appending at its end. */
  open(name: string): DiskFile;
  /** Removes a file, durably. */
  remove(name: string): void;
  /**
   * Throws away what was begun and is not finished, also by an earlier process, and makes the names of all others
   * durable: the sync of one may have failed. Called before anything is built on what is there.
   */
  tidy(): void;
  /** How a message names that file: so that a person can find it. */
  pathOf(name: string): string;
}

/** A file that is not there yet. Once a call has thrown a `DiskError`, it may only be abandoned. */
export interface NewFile {
  /** Appends bytes. The caller may use their memory again on return. */
  append(bytes: Uint8Array): void;
  /** Makes it durable, and then visible under this name, in the place of a file that had it. The last call. */
  publish(name: string): void;
  /** Throws it away. Does nothing once it is published or abandoned. */
  abandon(): void;
}

/** A file open for appending. Once a call has thrown a `DiskError`, it may only be closed. */
export interface DiskFile {
  /**
   * Appends bytes: visible to `read` at once, durable only after `sync`. The caller may use the
   * memory of `bytes` again on return.
   */
  append(bytes: Uint8Array): void;
  /**
   * Writes bytes again that the file holds already at `offset`.
   *
   * After a failed sync the operating system may serve bytes from its cache that never reached the
   * device, and call the next sync a success because nothing new was written. Writing them again
   * makes that sync carry them for certain.
   */
  rewrite(offset: number, bytes: Uint8Array): void;
  /** Makes all that was written durable (one fdatasync). */
  sync(): void;
  /** Cuts the file to its first `length` bytes. Needs a `sync` before the next `append`. */
  truncate(length: number): void;
  /** Gives the file back. What was not synced is not made durable by it. */
  close(): void;
}

/** The operating system refused a disk operation: no space, no permission, an I/O error. */
export class DiskError extends KontikiError {
  override readonly name = "DiskError";
  /** The code of the operating system, such as ENOSPC. */
  readonly code: string;

  constructor(message: string, code: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
