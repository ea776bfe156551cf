import { randomUUID } from "node:crypto";
import { realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/**
 * Writes a file as a whole or not at all: beside it, under another name, then renamed. What was there before stays when the
 * disk is full. What is no file, such as /dev/stdout, is written to.
 *
 * @throws Error of the system
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  const before = await stat(path).catch(undefinedIfMissing);
  if (DEVICE.test(path) || before?.isFile() === false) return writeFile(path, text);
  const target = before === undefined ? path : await realpath(path);
  const beside = join(dirname(target), `.kontiki-${randomUUID()}.new`);
  try {
    // A file that only its owner may read stays one.
    await writeFile(beside, text, { flag: "wx", ...(before && { mode: before.mode & 0o777 }) });
    await rename(beside, target);
  } catch (error) {
    await rm(beside, { force: true });
    if (before === undefined || !TAKES_NO_OTHER.includes(codeOf(error))) throw error;
    await writeFile(target, text);
  }
}

/** Behind such a path may be a file that others write to as well: standard output. */
const DEVICE = /^\/(?:dev|proc)\//;

/** Errors of a folder in which only the file itself may be written: of another user, or where the file is a mount. */
const TAKES_NO_OTHER = ["EACCES", "EPERM", "EROFS", "EBUSY"];

function undefinedIfMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "";
}
