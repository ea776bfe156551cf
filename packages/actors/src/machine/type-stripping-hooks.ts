/**
 * Module hooks that strip types, for versions of Node that cannot. Node loads them in a separate thread.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import type { LoadHook } from "node:module";
import { fileURLToPath } from "node:url";
import { transformSync } from "@swc/wasm-typescript";
import { isTypeScript } from "./type-stripping.ts";

/** See Node's documentation of module customization hooks. */
export const load: LoadHook = async (url, context, nextLoad) => {
  if (!isTypeScript(url)) return nextLoad(url, context);
  const path = fileURLToPath(url);
  const stripped = strip(await readFile(path, "utf8"), path);
  return { format: "module", source: `${stripped}\n//# sourceURL=${url}`, shortCircuit: true };
};

/** What the stripper throws: a plain object with the position, lines from 1 and columns from 0. */
type StripFailure = {
  readonly startLine?: number;
  readonly startColumn?: number;
  readonly message?: string;
};

/**
 * @throws SyntaxError for invalid TypeScript, and for TypeScript that needs more than stripping (an enum, a parameter
 * property).
 */
function strip(source: string, path: string): string {
  try {
    return transformSync(source, { mode: "strip-only", module: true, filename: path }).code;
  } catch (cause) {
    const { startLine = 0, startColumn = 0, message } = cause as StripFailure;
    throw new SyntaxError(
      `${path}:${startLine}:${startColumn + 1}: ${message ?? "not TypeScript"}`,
      { cause },
    );
  }
}
