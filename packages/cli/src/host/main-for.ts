import { statSync } from "node:fs";

/** The commands whose code is in the bundle: they load no module of a user into this process. */
export const BUNDLED: readonly string[] = [
  "up",
  "ps",
  "status",
  "exec",
  "attach",
  "logs",
  "down",
  "demo",
  "bench",
];

/** Packages whose code is in the bundle. The compiler writes this file of each last; no published package has it. */
const COMPILED = ["cli", "actors", "core", "testing"].map(
  (name) => `../../${name}/dist/tsconfig.tsbuildinfo`,
);

/**
 * The file that serves a command line: for help and for {@link BUNDLED} the bundle, which reads a few files instead of hundreds. For
 * all others what the compiler wrote: modules of users import these packages as well, and would get them a second time.
 *
 * What the compiler wrote as well where there is no bundle, where the file is empty, and where it is older: then it is another program.
 *
 * @param dist the folder of the compiled code.
 */
export function mainFor(argv: readonly string[], dist: URL = new URL("../", import.meta.url)): URL {
  const file = new URL("main.js", dist);
  const bundle = new URL("bundles/main.mjs", dist);
  const command = commandIn(argv);
  if (command !== undefined && !BUNDLED.includes(command)) return file;
  const madeMs = changedMs(bundle);
  if (madeMs === undefined) return file;
  return COMPILED.some((path) => (changedMs(new URL(path, dist)) ?? 0) > madeMs) ? file : bundle;
}

/** The name of the command on a command line, as far as it can be told before commands are known. */
export function commandIn(argv: readonly string[]): string | undefined {
  return argv.find((word) => !word.startsWith("-"));
}

/** In ms since 1970; undefined for what is no file, is empty, or whose folder this process may not read. */
function changedMs(file: URL): number | undefined {
  try {
    const found = statSync(file, { throwIfNoEntry: false });
    return found?.isFile() === true && found.size > 0 ? found.mtimeMs : undefined;
  } catch {
    return undefined;
  }
}

/** Errors of Node for a bundle that lacks a file, or that this process cannot read or understand. */
const UNUSABLE = new Set(["ERR_MODULE_NOT_FOUND", "EACCES"]);

/** Whether a bundle could not be loaded: what the compiler wrote serves then. */
export function isUnusable(thrown: unknown): boolean {
  if (thrown instanceof SyntaxError) return true;
  return thrown instanceof Error && "code" in thrown && UNUSABLE.has(String(thrown.code));
}
