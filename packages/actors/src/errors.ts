/** An error that a person can fix: its message is one line that says what is wrong, where, and what to do. */
export class KontikiError extends Error {
  /** Distinguishes it from other errors. */
  override readonly name: string = "KontikiError";
}

/** A state machine broke its contract outside of `apply` and `query`: every restart of its node would end like this. */
export class StateMachineError extends KontikiError {
  override readonly name = "StateMachineError";
}

/**
 * A change of the members or of the leader that has not succeeded.
 *
 * `outcome` tells whether it may happen nevertheless. `definitelyNot`: no node has accepted it, so it has no effect and
 * never will. `unknown`: a leader may have accepted it, so it may have happened, may still happen, or may never.
 */
export class ChangeError extends KontikiError {
  override readonly name = "ChangeError";
  /** Whether the change may happen nevertheless. */
  readonly outcome: "definitelyNot" | "unknown";

  /** A change that failed, with one line for people. */
  constructor(message: string, outcome: ChangeError["outcome"]) {
    super(message);
    this.outcome = outcome;
  }
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
