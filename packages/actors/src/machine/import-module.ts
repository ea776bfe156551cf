import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { checkArgument } from "../options/argument.ts";
import { text } from "../options/rules.ts";
import { KontikiError, messageOf } from "../errors.ts";
import { isTypeScript, stripTypes } from "./type-stripping.ts";

export const URL_TEXT = text("the URL of a module, such as new URL(path, import.meta.url).href");

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
  checkArgument("importModule", "url", URL_TEXT, url);
  checkArgument("importModule", "what", text("what the module should be"), what);
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
