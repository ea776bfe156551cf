import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { KontikiError, messageOf } from "../errors.ts";
import { isTypeScript, stripTypes } from "./type-stripping.ts";

/**
 * Imports a user's module: JavaScript, or TypeScript that needs only type stripping.
 *
 * @param url of the module.
 * @param what what it should be, for messages: "state machine".
 * @returns its exports by name.
 * @throws KontikiError when it does not exist, cannot be read, or throws.
 */
export async function importModule(
  url: string,
  what: string,
): Promise<Readonly<Record<string, unknown>>> {
  if (url.startsWith("file:") && !existsSync(fileURLToPath(url))) {
    throw new KontikiError(
      `${what} ${url} does not exist: check its path; a relative path starts from the calling file`,
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
