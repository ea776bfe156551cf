import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import { KontikiError } from "../errors.ts";

/**
 * The URL of a state machine's module: of the key-value machine when none is named.
 *
 * @param caller URL of the file that a relative path starts from; the working directory when it has none.
 * @throws KontikiError for what is neither a URL nor a path.
 */
export function machineUrl(module: string | URL | undefined, caller: string | undefined): string {
  if (module === undefined) return new URL("./key-value.js", import.meta.url).href;
  if (module instanceof URL) return module.href;
  if (typeof module === "string") {
    if (isAbsolute(module)) return pathToFileURL(module).href;
    if (URL.canParse(module)) return module;
    const base = caller ?? pathToFileURL(`${process.cwd()}/`).href;
    if (module !== "" && URL.canParse(module, base)) return new URL(module, base).href;
  }
  throw new KontikiError(
    `stateMachine is ${inspect(module)}: give a URL, or a path that starts from the file that calls`,
  );
}

/** The URL of the file outside this package that called into it, as the stack tells, if it was a file. */
export function callerUrl(): string | undefined {
  const here = new URL("..", import.meta.url).href;
  const files = callSites().map((file) => (isAbsolute(file) ? pathToFileURL(file).href : file));
  return files.find((file) => file.startsWith("file:") && !file.startsWith(here));
}

/** The files on the stack, the innermost first. */
function callSites(): readonly string[] {
  const trace: { stack?: unknown } = {};
  // oxlint-disable-next-line typescript/unbound-method -- it is put back, not called
  const { prepareStackTrace } = Error;
  try {
    Error.prepareStackTrace = (_error, frames) => frames.map((frame) => frame.getFileName() ?? "");
    Error.captureStackTrace(trace);
    return trace.stack as readonly string[];
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
  }
}
