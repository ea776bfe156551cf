import { errorCode } from "../errors.ts";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { type SystemCalls } from "../storage/disk/system-calls.ts";
import type { Processes, ProcessName } from "./processes.ts";

/** The result of trying to take a lock. */
export type LockAttempt =
  | { readonly type: "taken"; readonly release: () => void }
  | { readonly type: "held"; readonly by: ProcessName; readonly life: "alive" | "elsewhere" }
  | { readonly type: "unclear" };

/** The folder of the lock inside the directory that it protects. */
export const LOCK_FOLDER = "lock";

const ATTEMPTS = 20;

/**
 * Takes the lock of a directory for this process, if it is free or its owner is dead.
 *
 * The lock is a folder that always holds exactly one file, whose *name* identifies the owner. A process takes the lock
 * by renaming the very file that it judged free or dead. The file system lets only one process do that: for any other
 * the old name is gone, even if it read the folder long ago. No name is ever used twice, and no file is ever deleted,
 * so there is always a lock. The folder itself appears complete, by renaming one that already contains its file.
 *
 * The lock belongs to the process, not the thread: a second attempt of the same process finds it held. It protects
 * against processes on the same machine, not against another machine that shares the disk.
 *
 * `unclear`: there are other files in the folder, or other processes were always faster.
 */
export function takeLock(directory: string, calls: SystemCalls, processes: Processes): LockAttempt {
  const folder = join(directory, LOCK_FOLDER);
  const mine = join(folder, heldName(processes.self));
  for (let tried = 0; tried < ATTEMPTS; tried += 1) {
    const [name, ...others] = lockNames(folder, calls);
    if (name === undefined) {
      createLockFolder(directory, calls);
      continue;
    }
    // Two names may be visible while one is renamed to the other.
    if (others.length > 0) continue;
    const by = ownerIn(name);
    const life = by === undefined ? "dead" : processes.lifeOf(by);
    if (by !== undefined && life !== "dead") return { type: "held", by, life };
    if (renamed(calls, join(folder, name), mine)) {
      return { type: "taken", release: () => release(folder, mine, calls) };
    }
  }
  return { type: "unclear" };
}

/** Whether a name in a directory belongs to its lock. */
export function isLockName(name: string): boolean {
  return name === LOCK_FOLDER || name.startsWith(`${LOCK_FOLDER}.`);
}

const FREE_NAME = /^free_[0-9a-f]+$/;
const HELD_NAME = /^held_([0-9]+)_([^_]*)_([^_]*)_([^_]*)_[0-9a-f]+$/;

function lockNames(folder: string, calls: SystemCalls): string[] {
  try {
    return calls.readdirSync(folder).filter((name) => FREE_NAME.test(name) || HELD_NAME.test(name));
  } catch (cause) {
    if (errorCode(cause) === "ENOENT") return [];
    throw cause;
  }
}

/** Creates the folder with its file inside, unless another process just did. */
function createLockFolder(directory: string, calls: SystemCalls): void {
  const made = join(directory, `${LOCK_FOLDER}.${nonce()}`);
  const free = join(made, freeName());
  calls.mkdirSync(made);
  calls.closeSync(calls.openSync(free, "wx"));
  if (renamed(calls, made, join(directory, LOCK_FOLDER))) return;
  calls.unlinkSync(free);
  calls.rmdirSync(made);
}

function release(folder: string, mine: string, calls: SystemCalls): void {
  // If it is gone, a person removed the lock, and it is no longer this process's to release.
  renamed(calls, mine, join(folder, freeName()));
}

/** False when the source is gone, or the target is a folder that is not empty. */
function renamed(calls: SystemCalls, from: string, to: string): boolean {
  try {
    calls.renameSync(from, to);
    return true;
  } catch (cause) {
    const code = errorCode(cause);
    if (code === "ENOENT" || code === "ENOTEMPTY" || code === "EEXIST") return false;
    throw cause;
  }
}

function freeName(): string {
  return `free_${nonce()}`;
}

function heldName({ pid, start, boot, space }: ProcessName): string {
  return `held_${pid}_${start}_${boot}_${space}_${nonce()}`;
}

function ownerIn(name: string): ProcessName | undefined {
  const [, pid, start = "", boot = "", space = ""] = HELD_NAME.exec(name) ?? [];
  return pid === undefined ? undefined : { pid: Number(pid), start, boot, space };
}

/** All names are different: a name that a process read earlier must not become valid again. */
function nonce(): string {
  return randomBytes(8).toString("hex");
}
