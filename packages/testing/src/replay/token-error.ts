/** A text is not a token, or the token cannot be used. The message is one line that says what to do. */
export class TokenError extends Error {
  /** The name of this kind of error. */
  override readonly name = "TokenError";
}
