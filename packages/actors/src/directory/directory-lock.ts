import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { errorCode, type SystemCalls } from "../storage/disk/system-calls.ts";
import type { Processes, ProcessName } from "./processes.ts";

/** What came of trying to take a lock. */
export type LockAttempt =
  | { readonly type: "taken"; readonly release: () => void }
  | { readonly type: "held"; readonly by: ProcessName; readonly life: "alive" | "elsewhere" }
  | { readonly type: "unclear" };

/** The folder of the lock inside the directory that it guards. */
export const LOCK_FOLDER = "lock";

const ATTEMPTS = 20;

/**
 * Takes the lock of a directory for this process, from nobody or from a dead process.
 *
 * The lock is a folder that always holds one file, whose *name* says who has the lock. It is taken
 * by renaming the very file that was judged to be free or a dead process's. The file system lets
 * only one process do that: for any other the name is gone, also when it read the folder long ago.
 * No name is ever used twice, and nothing is ever removed, so there is no moment without a lock.
 * The folder itself comes into being whole, by renaming one that holds its file already.
 *
 * The lock is the process's, not the thread's: a second attempt of the same process finds it held.
 * It guards against processes of one machine, not against another machine that shares the disk.
 *
 * `unclear`: somebody put other files there, or others were always faster.
 */
export function takeLock(directory: string, calls: SystemCalls, processes: Processes): LockAttempt {
  const folder = join(directory, LOCK_FOLDER);
  const mine = join(folder, heldName(processes.self));
  for (let tried = 0; tried < ATTEMPTS; tried += 1) {
    const [name, ...others] = lockNames(folder, calls);
    if (name === undefined) {
      plant(directory, calls);
      continue;
    }
    // Two names may show while one is renamed into the other.
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

/** Makes the folder with its file inside, unless somebody else just did. */
function plant(directory: string, calls: SystemCalls): void {
  const made = join(directory, `${LOCK_FOLDER}.${nonce()}`);
  const free = join(made, freeName());
  calls.mkdirSync(made);
  calls.closeSync(calls.openSync(free, "wx"));
  if (renamed(calls, made, join(directory, LOCK_FOLDER))) return;
  calls.unlinkSync(free);
  calls.rmdirSync(made);
}

function release(folder: string, mine: string, calls: SystemCalls): void {
  // When it is not there, somebody removed the lock by hand: it is no longer this process's to free.
  renamed(calls, mine, join(folder, freeName()));
}

/** False when the source is gone, or the target is a folder with something in it. */
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

/** No two names are ever alike: what was read of a folder must not come true again. */
function nonce(): string {
  return randomBytes(8).toString("hex");
}
