import { existsSync, realpathSync } from "node:fs";

/** A current folder that is gone is another problem. */
export function isMissing(path: string): boolean {
  try {
    realpathSync.native(".");
    return !existsSync(path);
  } catch {
    return false;
  }
}

/** What is printed then. */
export function missingText(folder: string, command: string): string {
  return `there is no folder ${folder}: name another one, as in kontiki ${command} DIR`;
}
