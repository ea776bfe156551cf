/**
 * A claim of the program about itself did not hold. It is the only error that leaves the core, and it always
 * means a defect, never bad input: the actor that meets it dies and restarts from its disk.
 */
export class AssertionError extends Error {
  /** What tells it from other errors. */
  override readonly name = "AssertionError";
}

/**
 * States a claim.
 *
 * @param message what does not hold then. A function where it is put together of parts: claims are stated at every turn.
 * @throws AssertionError with `message` when it does not hold.
 */
export function assert(claim: boolean, message: string | (() => string)): asserts claim {
  if (!claim) throw new AssertionError(typeof message === "string" ? message : message());
}
