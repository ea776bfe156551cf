/** A scenario function did something invalid, or what it waited for did not happen. The message is one line. */
export class SessionError extends Error {
  /** Identifies this kind of error. */
  override readonly name = "SessionError";
}
