import { join } from "node:path";
import { DataDirectoryError, type ClusterFolder } from "./cluster-folder.ts";
import { LOCK_FOLDER, takeLock, type LockAttempt } from "./directory-lock.ts";
import { DiskError } from "../storage/disk/disk.ts";
import type { Processes } from "./processes.ts";
import { attempt, type SystemCalls } from "../storage/disk/system-calls.ts";

/** The ports of a data directory. Tests pass their own. */
export type DirectorySystem = {
  readonly calls: SystemCalls;
  readonly processes: Processes;
  /** The system that this runs on. Default: what Node says. */
  readonly platform?: string;
};

/**
 * Locks a data directory for this process and calls `use`. The lock is held until `release` is called, or until `use`
 * throws.
 */
export function withLock<T>(
  folder: ClusterFolder,
  system: DirectorySystem,
  use: (release: () => void) => T,
): T {
  const { release } = lockOf(folder, system);
  try {
    return use(release);
  } catch (cause) {
    release();
    throw cause;
  }
}

/** A directory that cannot be written to is not a disk failure: a person chose the wrong path or permissions. */
export function refusingUnwritable<T>(use: () => T): T {
  try {
    return use();
  } catch (cause) {
    if (!(cause instanceof DiskError) || !NOT_WRITABLE.includes(cause.code)) throw cause;
    throw new DataDirectoryError(cause.message, { cause });
  }
}

const NOT_WRITABLE = ["EACCES", "EPERM", "EROFS"];

function lockOf(
  folder: ClusterFolder,
  { calls, processes }: DirectorySystem,
): Extract<LockAttempt, { type: "taken" }> {
  const lock = attempt("lock", folder.path, () => takeLock(folder.path, calls, processes));
  if (lock.type === "taken") return lock;
  const lockFolder = join(folder.path, LOCK_FOLDER);
  if (lock.type === "unclear") {
    throw folder.error(`has a lock that cannot be read: if nothing uses it, remove ${lockFolder}`);
  }
  const { pid } = lock.by;
  if (lock.life === "elsewhere") {
    throw folder.error(
      `is in use by process ${pid} of another container: stop it, ` +
        `or remove ${lockFolder} if that container is gone`,
    );
  }
  if (pid === processes.self.pid) throw folder.error("is already in use by this process");
  throw folder.error(`is in use by process ${pid}: stop it, or choose another folder`);
}
