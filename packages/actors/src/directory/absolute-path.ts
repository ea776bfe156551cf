import { resolve } from "node:path";
import { errorCode, KontikiError } from "../errors.ts";

/** What Node makes of bytes that are not UTF-8. */
const REPLACED = "\ufffd";

/**
 * The absolute path of a data directory.
 *
 * @throws KontikiError when the current folder is gone, and for a path that Node cannot name: what it makes of a name that
 *   is not UTF-8 is the name of another folder.
 */
export function absolutePath(path: string): string {
  const absolute = resolved(path);
  if (!absolute.includes(REPLACED)) return absolute;
  throw new KontikiError(
    `${absolute} is not the name of the folder, which is not UTF-8: use a folder whose path is`,
  );
}

function resolved(path: string): string {
  try {
    return resolve(path);
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
    throw new KontikiError(
      `${path} starts from the current folder, which no longer exists: change to another one`,
    );
  }
}
