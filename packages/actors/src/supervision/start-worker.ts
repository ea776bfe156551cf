import { existsSync, realpathSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { Worker, type WorkerOptions } from "node:worker_threads";
import { errorCode, KontikiError } from "../errors.ts";
import { bundleOf } from "./bundle-of.ts";

/**
 * Starts a worker thread, however the program was started.
 *
 * A thread inherits the flags of its process, and `--input-type`, which a program from standard input or `--eval` may
 * have, forbids an entry that is a file. So the entry is one line of text, which imports the file, or its bundle. The other
 * flags, such as `--import` and `--conditions`, stay: a user's module may need them in each thread.
 *
 * @throws KontikiError when no thread can start in this process. See {@link checkThreadFile}.
 */
export function startWorker(file: URL | undefined, options: WorkerOptions): Worker {
  checkThreadFile(file);
  const entry = `import ${JSON.stringify(bundleOf(file).href)};`;
  return new Worker(new URL(`data:text/javascript,${encodeURIComponent(entry)}`), options);
}

/**
 * Checks that threads with the code of `file` can start in this process.
 *
 * @param file undefined in a bundle of CommonJS, whose code has no URL.
 * @throws KontikiError that says why they cannot, and what to do.
 */
export function checkThreadFile(file: URL | undefined): asserts file is URL {
  refuseMissingFolder();
  refuseForbidden("start worker threads", "--allow-worker", "worker");
  const path = file === undefined ? undefined : fileURLToPath(file);
  if (path !== undefined) {
    refuseForbidden(`read ${path}`, "--allow-fs-read", "fs.read", path);
    if (existsSync(path)) return;
  }
  const what = path ?? "the code of a thread";
  throw new KontikiError(
    `no thread can start: ${what} is missing, as in a bundle; let the bundler leave packages out ` +
      "(esbuild: --packages=external) and install @kontiki/actors beside the bundle",
  );
}

/** Node starts no thread in a folder that does not exist any more. `process.cwd()` may still name it. */
function refuseMissingFolder(): void {
  try {
    realpathSync.native(".");
  } catch (error) {
    if (errorCode(error) !== "ENOENT") return;
    throw new KontikiError(
      "the current folder no longer exists, and Node starts no thread in it: change to another one",
    );
  }
}

/** With `--permission` (Node 20: `--experimental-permission`) a process may do only what its flags allow. */
function refuseForbidden(what: string, flag: string, scope: string, resource?: string): void {
  const { permission } = process as { readonly permission?: NodeJS.ProcessPermission };
  if (permission === undefined || permission.has(scope, resource)) return;
  throw new KontikiError(`Node's permission model forbids to ${what}: start node with ${flag}`);
}
