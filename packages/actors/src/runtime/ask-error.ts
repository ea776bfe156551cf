import { KontikiError } from "../errors.ts";

/**
 * An ask without an answer.
 *
 * `outcome` tells whether the other actor may have handled it. `definitelyNot`: it was never delivered. `unknown`: the
 * deadline has passed, or the actor has ended, before there was an answer.
 */
export class AskError extends KontikiError {
  override readonly name = "AskError";
  /** Whether the message may have been handled. */
  readonly outcome: "definitelyNot" | "unknown";

  /** An ask that failed, with one line for people. */
  constructor(message: string, outcome: AskError["outcome"]) {
    super(message);
    this.outcome = outcome;
  }
}
