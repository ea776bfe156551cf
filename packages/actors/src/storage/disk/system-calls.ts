import * as fs from "node:fs";
import { dirname } from "node:path";
import { errorCode } from "../../errors.ts";
import { DiskError } from "./disk.ts";

/** The system calls that the storage makes. Tests pass their own to make any of them fail. */
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

/** The real system calls. */
export const SYSTEM_CALLS: SystemCalls = fs;

/**
 * Runs a system call. If the operating system refuses it, throws an error whose one-line message says what could not be
 * done to which path, and what to do about it.
 *
 * @param doing a verb for the message, such as "write to".
 * @throws DiskError when `call` throws something with an error code; rethrows anything else.
 */
export function attempt<T>(doing: string, path: string, call: () => T): T {
  try {
    return call();
  } catch (cause) {
    const code = errorCode(cause);
    if (code === undefined || cause instanceof DiskError) throw cause;
    throw new DiskError(`cannot ${doing} ${path}: ${explain(code, cause)}`, code, cause);
  }
}

/** Writes all of `bytes` at `position`: one system call may write fewer. */
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

/** Reads `length` bytes at `position`, fewer at the end of the file: one system call may read fewer than it could. */
export function readAll(
  calls: SystemCalls,
  fd: number,
  position: number,
  length: number,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  const read = filled(calls, fd, position, bytes);
  return read.length === length ? bytes : bytes.slice(0, read.length);
}

/** Fills `bytes` from `position` on, and gives what was read: fewer at the end of the file. */
export function filled(
  calls: SystemCalls,
  fd: number,
  position: number,
  bytes: Uint8Array,
): Uint8Array {
  let count = 0;
  while (count < bytes.length) {
    const read = calls.readSync(fd, bytes, count, bytes.length - count, position + count);
    if (read === 0) return bytes.subarray(0, count);
    count += read;
  }
  return bytes;
}

/** Makes the names in a directory durable: a synced file is lost if its name is lost. */
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
 * Creates a directory and its missing parents, durably. An existing one is fine.
 *
 * It goes step by step, because mkdir with `recursive` never returns for a folder that exists but reports that a new
 * entry "does not exist", such as /proc.
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

/** What Node names as missing where no flag allows a call: since 20.20, `fsync` and `fdatasync`. */
const NO_FLAG = "";

function explain(code: string, cause: unknown): string {
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      return `the disk is full (${code}); free some space`;
    case "EACCES":
    case "EPERM":
      return `permission is denied (${code}); give this user the right to write there`;
    case "EROFS":
      return `the file system is read-only (${code}); mount it writable or use another folder`;
    case "ENOENT":
      return `it does not exist (${code}); a part of the path is missing`;
    case "EISDIR":
      return `it is a folder (${code}); give a file`;
    case "ENOTDIR":
      return `a part of the path is a file, not a folder (${code})`;
    case "EMFILE":
    case "ENFILE":
      return `too many files are open (${code}); raise the limit (ulimit -n) and start again`;
    case "ERR_ACCESS_DENIED":
      return (cause as { readonly permission?: string }).permission === NO_FLAG
        ? "Node syncs no file under its permission model; keep the logs in memory, or start node without --permission"
        : "Node's permission model forbids it; start node with --allow-fs-read and --allow-fs-write for it";
    case "EIO":
      return `the device reports an I/O error (${code}); check the disk before you continue`;
    default:
      return `the operating system reports ${code}`;
  }
}
