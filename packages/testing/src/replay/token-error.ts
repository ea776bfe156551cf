/** A word is no token, or none that can be used. The message is one line that says what to do. */
export class TokenError extends Error {
  /** What tells it from other errors. */
  override readonly name = "TokenError";
}
