import { isUtf8 } from "node:buffer";
import { readFileSync } from "node:fs";

/**
 * The text of a user's file. A pipe is read to its end.
 *
 * @throws Error of the system, or one that says that it is not UTF-8: decoded anyway, each wrong byte would become another
 *   character.
 */
export function readText(path: string): string {
  const bytes = readFileSync(path);
  if (!isUtf8(bytes)) throw new Error("it is not UTF-8");
  return bytes.toString("utf8");
}
