/** The text of any thrown value, in one line. */
export function messageOf(thrown: unknown): string {
  if ((thrown as NodeJS.ErrnoException | undefined)?.syscall === "uv_cwd")
    return "the current folder no longer exists: change to another one";
  const text = thrown instanceof Error ? thrown.message || thrown.name : String(thrown);
  // Complaints about a scenario have a line each.
  const isList = thrown instanceof Error && thrown.name === "ScenarioError";
  return text.replace(/\s*\n\s*/g, isList ? "; " : " ");
}

/** The reason of a system error, without the name of the call and the path, which the reader knows. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [, reason] = /^[A-Z0-9]+: ([^,]+)/.exec(error.message) ?? [];
  return reason ?? error.message;
}
