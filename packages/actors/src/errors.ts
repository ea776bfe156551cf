/**
 * Something a person can mend: the message is one line that says what is wrong, where, and what to do.
 */
export class KontikiError extends Error {
  override readonly name: string = "KontikiError";
}

/** The text of whatever was thrown, in one line. */
export function messageOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message || thrown.name : String(thrown);
  return text.replace(/\s*\n\s*/g, " ");
}
