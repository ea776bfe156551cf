import { existsSync, realpathSync } from "node:fs";
import { EXIT_USAGE, type Host } from "../host/host.ts";
import { Notes } from "../output/notes.ts";

/** Refuses a folder that is not there. Returns the exit status then. */
export function refuseMissing(folder: string, command: string, host: Host): number | undefined {
  if (!isMissing(folder)) return undefined;
  const problem = `there is no folder ${folder}: name another one, as in kontiki ${command} DIR`;
  new Notes(host, "kontiki: ").problem(problem);
  return EXIT_USAGE;
}

/** A current folder that is gone is another problem. */
function isMissing(path: string): boolean {
  try {
    realpathSync.native(".");
    return !existsSync(path);
  } catch {
    return false;
  }
}
