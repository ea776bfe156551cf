/**
 * The program of the guard of an engine. It waits until its standard input ends, which the engine has, so that this also happens
 * when the engine is killed. Then it ends all processes that the engine has left and removes the engine's folder.
 *
 * @module
 */
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { PIDS } from "./children.ts";

/** How often a folder is tried again to which a process that is being killed still writes. */
const RETRIES = 50;

const root = process.argv[2] ?? "";

// Ctrl-C is for the engine.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});

process.stdin.resume().on("end", () => {
  for (const name of readdirSync(join(root, PIDS))) end(Number(name));
  rmSync(root, { recursive: true, force: true, maxRetries: RETRIES, retryDelay: 20 });
});

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}
