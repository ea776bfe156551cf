/** The option of the process that `up --detach` starts. It is in no help and in no file. */
export const DETACHED = "--detached";

/**
 * The arguments of the process that `up --detach` starts: the whole command line, so that no option is lost, and what was
 * decided about the rest. What stands first gives way to what was given.
 */
export function detachedArgs(
  argv: readonly string[],
  { name, log }: { readonly name: string; readonly log: string },
): readonly string[] {
  const up = argv.indexOf("up") + 1;
  return [...argv.slice(0, up), DETACHED, "--name", name, "--log", log, ...argv.slice(up)];
}
