/**
 * An assertion of the program about itself failed. It is the only error that the core throws, and it always means a
 * defect, never bad input: the actor that catches it dies and restarts from its disk.
 */
export class AssertionError extends Error {
  /** Distinguishes it from other errors. */
  override readonly name = "AssertionError";
}

/**
 * Checks a claim.
 *
 * @param message the claim, or how it is broken. Pass a function when the text has to be built: claims are checked on
 * every turn.
 * @throws AssertionError with `message` when the claim is false.
 */
export function assert(claim: boolean, message: string | (() => string)): asserts claim {
  if (!claim) throw new AssertionError(typeof message === "string" ? message : message());
}
