import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import { KontikiError } from "../errors.ts";

/**
 * The URL of a state machine's module; by default that of the key-value machine.
 *
 * @param caller URL of the file that a relative path starts from; if undefined, it starts from the working directory.
 * @throws KontikiError for a value that is neither a URL nor a path.
 */
export function machineUrl(module: string | URL | undefined, caller: string | undefined): string {
  if (module === undefined) return new URL("../machine/key-value.js", import.meta.url).href;
  return moduleUrl(module, caller, "stateMachine");
}

/**
 * The URL of a user's module.
 *
 * @param caller as for {@link machineUrl}.
 * @param what the option, for the error.
 * @throws KontikiError for a value that is neither a URL nor a path.
 */
export function moduleUrl(module: unknown, caller: string | undefined, what: string): string {
  if (module instanceof URL) return module.href;
  if (typeof module === "string") {
    if (isAbsolute(module)) return pathToFileURL(module).href;
    if (URL.canParse(module)) return module;
    const base = caller ?? pathToFileURL(`${process.cwd()}/`).href;
    if (module !== "" && URL.canParse(module, base)) return new URL(module, base).href;
  }
  throw new KontikiError(
    `${what} is ${inspect(module)}: pass a URL, or a path that starts from the calling file`,
  );
}

/** The URL of the file outside this package that called into it, from the stack; undefined if it is not a file. */
export function callerUrl(): string | undefined {
  const here = new URL("..", import.meta.url).href;
  const files = callSites().map((file) => (isAbsolute(file) ? pathToFileURL(file).href : file));
  return files.find((file) => file.startsWith("file:") && !file.startsWith(here));
}

/**
 * The files on the stack, innermost first, up to {@link FRAMES}, however few `--stack-trace-limit` shows.
 *
 * With `--frozen-intrinsics` an Error cannot be told to collect them: they are in its text.
 */
function callSites(): readonly string[] {
  const trace: { stack?: unknown } = {};
  // oxlint-disable-next-line typescript/unbound-method -- it is put back, not called
  const { prepareStackTrace, stackTraceLimit } = Error;
  const prepare: typeof prepareStackTrace = (_error, frames) =>
    frames.map((frame) => frame.getFileName() ?? "");
  if (!Reflect.set(Error, "prepareStackTrace", prepare)) return filesIn(new Error().stack ?? "");
  try {
    Reflect.set(Error, "stackTraceLimit", FRAMES);
    Error.captureStackTrace(trace);
    return trace.stack as readonly string[];
  } finally {
    Reflect.set(Error, "prepareStackTrace", prepareStackTrace);
    Reflect.set(Error, "stackTraceLimit", stackTraceLimit);
  }
}

const FRAMES = 50;

/** The files in the text of a stack. */
function filesIn(stack: string): readonly string[] {
  return [...stack.matchAll(/(?:\(|at |async )((?:file:|\/)[^()]*):\d+:\d+\)?$/gm)].flatMap(
    ([, file]) => file ?? [],
  );
}
