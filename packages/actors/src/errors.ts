/** An error that a person can fix: its message is one line that says what is wrong, where, and what to do. */
export class KontikiError extends Error {
  /** Distinguishes it from other errors. */
  override readonly name: string = "KontikiError";
}

/** A state machine broke its contract outside of `apply` and `query`: every restart of its node would end like this. */
export class StateMachineError extends KontikiError {
  override readonly name = "StateMachineError";
}

/** The text of a thrown value, in one line. Never throws, whatever was thrown. */
export function messageOf(thrown: unknown): string {
  try {
    const text = thrown instanceof Error ? thrown.message || thrown.name : thrown;
    return String(text).replace(/\s*\n\s*/g, " ");
  } catch {
    return "a value without a text was thrown";
  }
}
