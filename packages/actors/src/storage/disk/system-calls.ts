import * as fs from "node:fs";
import { dirname } from "node:path";
import { DiskError } from "./disk.ts";

/** What the storage asks of the operating system. A test passes its own to fail any one of them. */
export type SystemCalls = Pick<
  typeof fs,
  | "closeSync"
  | "fdatasyncSync"
  | "fstatSync"
  | "fsyncSync"
  | "ftruncateSync"
  | "mkdirSync"
  | "openSync"
  | "readdirSync"
  | "readFileSync"
  | "readSync"
  | "renameSync"
  | "rmdirSync"
  | "statSync"
  | "unlinkSync"
  | "writeSync"
>;

/** The operating system itself. */
export const SYSTEM_CALLS: SystemCalls = fs;

/** The error code in what a system call threw, such as ENOSPC; undefined when it has none. */
export function errorCode(cause: unknown): string | undefined {
  return cause instanceof Error && "code" in cause && typeof cause.code === "string"
    ? cause.code
    : undefined;
}

/**
 * Runs a system call and gives a refusal a message: one line that says what could not be done to
 * which path, and what to do about it.
 *
 * @throws DiskError when `call` throws something with an error code; anything else passes as it is.
 */
export function attempt<T>(doing: string, path: string, call: () => T): T {
  try {
    return call();
  } catch (cause) {
    const code = errorCode(cause);
    if (code === undefined || cause instanceof DiskError) throw cause;
    throw new DiskError(`cannot ${doing} ${path}: ${explain(code)}`, code, cause);
  }
}

/** Writes all of `bytes` at `position`: one call may write less than it was given. */
export function writeAll(
  calls: SystemCalls,
  fd: number,
  bytes: Uint8Array,
  position: number,
): void {
  let written = 0;
  while (written < bytes.length) {
    const rest = bytes.length - written;
    written += calls.writeSync(fd, bytes, written, rest, position + written);
  }
}

/** Reads `length` bytes at `position`, fewer at the end of the file: one call may read less than it could. */
export function readAll(
  calls: SystemCalls,
  fd: number,
  position: number,
  length: number,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let count = 0;
  while (count < length) {
    const read = calls.readSync(fd, bytes, count, length - count, position + count);
    if (read === 0) return bytes.slice(0, count);
    count += read;
  }
  return bytes;
}

/** Makes the names in a directory durable: a synced file whose name is lost is lost. */
export function syncDirectory(calls: SystemCalls, path: string): void {
  // Windows cannot. Traces are written there all the same; data directories are refused (directory/platform.ts).
  if (process.platform === "win32") return;
  const fd = calls.openSync(path, "r");
  try {
    calls.fsyncSync(fd);
  } finally {
    calls.closeSync(fd);
  }
}

/**
 * Makes a directory and those above it where they lack, durably. One that is there already is fine.
 *
 * Step by step: mkdir with `recursive` never returns where a folder is there and yet nothing can be made in it
 * because it "is not there", as in /proc.
 */
export function makeDirectory(calls: SystemCalls, path: string): void {
  if (isThere(calls, path)) return;
  const above = dirname(path);
  if (above !== path) makeDirectory(calls, above);
  try {
    calls.mkdirSync(path);
  } catch (cause) {
    if (errorCode(cause) !== "EEXIST") throw cause;
  }
  syncDirectory(calls, above);
}

function isThere(calls: SystemCalls, path: string): boolean {
  return calls.statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function explain(code: string): string {
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      return `the disk is full (${code}); free some space and start again`;
    case "EACCES":
    case "EPERM":
      return `permission is denied (${code}); give this user the right to write there`;
    case "EROFS":
      return `the file system is read-only (${code}); mount it writable or use another folder`;
    case "ENOENT":
      return `it is not there (${code}); something on the way to it is missing`;
    case "EMFILE":
    case "ENFILE":
      return `too many files are open (${code}); raise the limit (ulimit -n) and start again`;
    case "EIO":
      return `the device reports an I/O error (${code}); check the disk before you go on`;
    default:
      return `the operating system says ${code}`;
  }
}
