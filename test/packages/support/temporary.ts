/**
 * Folders that end with this process, however it ends: vitest kills its workers, so that no handler of theirs runs.
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A program that waits until its standard input ends, and removes the folder that it is given. */
const REMOVER = `process.stdin.resume().on("end", () =>
  require("node:fs").rmSync(process.argv[1], { recursive: true, force: true }))`;

let base: string | undefined;

/** A new folder outside of the workspace. */
export function temporaryFolder(name: string): string {
  base ??= newBase();
  mkdirSync(join(base, name), { recursive: true });
  return mkdtempSync(join(base, name, "/"));
}

function newBase(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "kontiki-packages-")));
  const remover = spawn(process.execPath, ["--eval", REMOVER, folder], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  // Neither it nor the pipe to it keeps this process alive; the pipe ends with this process.
  remover.unref();
  (remover.stdin as Socket).unref();
  return folder;
}
