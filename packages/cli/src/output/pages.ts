import { access, constants, open } from "node:fs/promises";
import { dirname } from "node:path";
import { EXIT_TOOL } from "../host/host.ts";
import { CheckFailure } from "./check-failure.ts";
import { reasonOf } from "./error-text.ts";
import { writeWhole } from "./whole-file.ts";

/** Checks, before long work, that a page can be written to `path`. @throws CheckFailure when it cannot. */
export async function expectWritable(path: string): Promise<void> {
  try {
    const existing = await open(path, "r+").catch(undefinedIfMissing);
    if (existing === undefined) await access(dirname(path), constants.W_OK);
    else await existing.close();
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/** Writes a page into a file. @throws CheckFailure when it cannot be written: an error of the tool, not a verdict. */
export async function writePage(path: string, page: string): Promise<void> {
  try {
    await writeWhole(path, page);
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

function undefinedIfMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

function cannotWrite(path: string, error: unknown): CheckFailure {
  return new CheckFailure(`cannot write ${path}: ${reasonOf(error)}`, EXIT_TOOL);
}
