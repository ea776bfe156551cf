import { KontikiError } from "@kontiki/actors";
import { existsSync, mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reasonOf } from "../output/error-text.ts";

/**
 * Makes a folder that is removed at the end, with a name that begins as `kontiki-<what>-`.
 *
 * @param base where; it is made if it is missing. Default: the system's temporary directory.
 * @throws KontikiError when that is not possible, which says what to do
 */
export function makeScratchFolder(what: string, base = tmpdir()): string {
  try {
    // One level only: with `recursive`, mkdir never returns in places such as /proc.
    if (!existsSync(base)) mkdirSync(base);
    return mkdtempSync(join(base, `kontiki-${what}-`));
  } catch (error) {
    throw new KontikiError(
      `cannot make a directory in ${base}: ${reasonOf(error)}; use --data to name another`,
      { cause: error },
    );
  }
}
