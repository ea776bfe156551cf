/** A scenario function did what it must not do, or waited for what did not come. The message is one readable line. */
export class SessionError extends Error {
  /** What tells it from other errors. */
  override readonly name = "SessionError";
}
