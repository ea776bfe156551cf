import { KontikiError } from "../../errors.ts";

/**
 * The part of a disk that log and snapshots need: flat files that are appended to and synced. A file may have zeros after
 * its end, as space that is reserved for later appends. Reading shows them.
 *
 * Nothing is durable until it is synced. An implementation remembers which bytes were synced, so that a test can
 * simulate a power loss, which loses or tears the other bytes. All calls are synchronous: a node has its own thread,
 * and its turns must not interleave.
 *
 * Every call throws a `DiskError` when the operating system refuses it.
 */
export interface Disk {
  /** The names of all finished files, sorted. */
  list(): string[];
  /**
   * The contents of a file. The caller owns the bytes.
   *
   * @param spare memory that the caller needs no more, and that the bytes may be in: the system takes as long to give a program
   *   16 MiB of new memory as to copy them there.
   */
  read(name: string, spare?: Uint8Array): Uint8Array;
  /** Up to `length` bytes of a file from `offset`, fewer at its end. The caller owns the bytes. */
  readRange(name: string, offset: number, length: number): Uint8Array<ArrayBuffer>;
  /**
   * Creates a file with this content, durable on return. The file appears complete or not at all: it is written under a
   * temporary name, synced and renamed, and the directory is synced. Replaces a file of that name.
   */
  create(name: string, content: Uint8Array): void;
  /**
   * Begins a file that is too large to hold in memory. `temporary` is its name until it is published; an unfinished
   * file of that name is deleted.
   */
  begin(temporary: string): NewFile;
  /**
   * Opens an existing file for appending: after its last byte, or after its first `end` bytes. Then all bytes after those
   * must be zeros: they are space that was reserved (`DiskFile.reserve`), of which the disk may drop some or all.
   */
  open(name: string, end?: number): DiskFile;
  /** Removes a file durably. */
  remove(name: string): void;
  /** Gives a file another name, durably. No file may have that name. */
  rename(name: string, to: string): void;
  /**
   * Deletes unfinished files, including those of an earlier process, and makes the names of all other files durable,
   * because an earlier sync of the directory may have failed. Call it before building on what is there.
   */
  tidy(): void;
  /** The path of a file, for messages. */
  pathOf(name: string): string;
}

/** A disk as far as it is read. */
export type ReadableDisk = Pick<Disk, "list" | "read" | "readRange" | "pathOf">;

/** A file that is not visible yet. Once a call has thrown a `DiskError`, only `abandon` may be called. */
export interface NewFile {
  /** Appends bytes. The caller may reuse their memory on return. */
  append(bytes: Uint8Array): void;
  /** Makes the file durable, and then visible as `name`, replacing a file of that name. This is the last call. */
  publish(name: string): void;
  /** Deletes it. Does nothing once it is published or abandoned. */
  abandon(): void;
}

/** A file open for appending. Once a call has thrown a `DiskError`, only `close` may be called. */
export interface DiskFile {
  /**
   * Appends bytes: visible to `read` at once, durable only after `sync`. The caller may reuse the memory of `bytes` on
   * return. Where space is reserved they replace its zeros; the rest makes the file longer.
   *
   * Before the sync, a loss of power may leave any subset of them: each sector of 512 bytes is as it was before the
   * append, or as it is after it, in any combination, a later one without an earlier one too. So where space was
   * reserved, a lost sector reads as zeros, in a file that is as long as before. The bytes of the sector that were there
   * before the append stay in either case. Where no space was reserved, the file may also be shorter, or have its length
   * and zeros in place of the bytes. A failed sync has the same effect, at once or after the next loss of power.
   */
  append(bytes: Uint8Array): void;
  /**
   * Makes the file at least `length` bytes long with zeros after what was appended, so that the sync after a later append
   * has only bytes to write and no change of the file's size or place, which is faster. It is a hint: a disk may reserve
   * less, or nothing, and a full disk is no error here. Like appended bytes, the zeros are visible at once and durable
   * after `sync`; a loss of power before it leaves any number of them.
   */
  reserve(length: number): void;
  /**
   * Writes bytes again that the file already holds at `offset`.
   *
   * After a failed sync the operating system may serve bytes from its cache that never reached the device, and report
   * the next sync as a success because nothing new was written. Writing the bytes again makes the next sync include
   * them.
   */
  rewrite(offset: number, bytes: Uint8Array): void;
  /**
   * Writes other bytes over those at `offset`; the file must be as long already. Until the next `sync`, a loss of power
   * leaves each sector of 512 bytes as it was before this or as it is after it.
   */
  overwrite(offset: number, bytes: Uint8Array): void;
  /** Makes all written bytes durable (one fdatasync). */
  sync(): void;
  /**
   * Truncates the file to its first `length` bytes, without any reserved space. Requires a `sync` before the next
   * `append`.
   */
  truncate(length: number): void;
  /** Closes the file, without syncing it. */
  close(): void;
}

/** The operating system refused a disk operation: no space, no permission, an I/O error. */
export class DiskError extends KontikiError {
  override readonly name = "DiskError";
  /** The error code of the operating system, such as ENOSPC. */
  readonly code: string;

  constructor(message: string, code: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
