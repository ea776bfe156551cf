import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { KontikiError, messageOf } from "../errors.ts";
import { isTypeScript, stripTypes } from "./type-stripping.ts";

/**
 * Imports a module that a user wrote: JavaScript, or TypeScript that needs no more than its types stripped.
 *
 * @param url of the module.
 * @param what it is said to be, for people: "state machine".
 * @returns its exports by their names.
 * @throws KontikiError when it is missing, cannot be read, or throws.
 */
export async function importModule(
  url: string,
  what: string,
): Promise<Readonly<Record<string, unknown>>> {
  if (url.startsWith("file:") && !existsSync(fileURLToPath(url))) {
    throw new KontikiError(
      `${what} ${url} is not there: check its path; a relative one starts from the file that calls`,
    );
  }
  if (isTypeScript(url)) stripTypes();
  try {
    return (await import(url)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    const where = error instanceof SyntaxError ? " (run it with node to see where)" : "";
    throw new KontikiError(`${what} ${url} cannot be loaded: ${messageOf(error)}${where}`, {
      cause: error,
    });
  }
}
