/**
 * Something a person can mend: the message is one line that says what is wrong, where, and what to do.
 */
export class KontikiError extends Error {
  /** What tells it from other errors. */
  override readonly name: string = "KontikiError";
}

/** The text of whatever was thrown, in one line. Never throws itself: anything at all may be thrown. */
export function messageOf(thrown: unknown): string {
  try {
    const text = thrown instanceof Error ? thrown.message || thrown.name : thrown;
    return String(text).replace(/\s*\n\s*/g, " ");
  } catch {
    return "something that has no text was thrown";
  }
}
