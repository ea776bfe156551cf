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
  const { code = "", syscall = "" } = error as NodeJS.ErrnoException;
  const [, reason] = /^[A-Z0-9]+: ([^,]+)/.exec(error.message) ?? [];
  return MIXED_UP[`${code} ${syscall}`] ?? reason ?? error.message;
}

/** A folder where a file should be, and the other way round, by code and call. */
const MIXED_UP: Readonly<Record<string, string>> = {
  "EISDIR read": "it is a folder; give a file",
  "EISDIR open": "it is a folder; give a file",
  "EEXIST mkdir": "it is a file; give a folder",
};

/** An error may quote what a file holds: that must not control a terminal. Lines and tabs stay. */
export function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, escaped);
}

/** A control character as JSON and JavaScript write it. */
export function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
