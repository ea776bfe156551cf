/** How a proposal ended. A client retries until it knows or its deadline passes; it never guesses. */
export type Outcome<R> =
  /** Committed and applied, exactly once; this is the state machine's result. */
  | { readonly type: "ok"; readonly value: R }
  /**
   * Committed and applied, exactly once; the state machine threw this error, the same on every node, or its result was not
   * plain data.
   */
  | { readonly type: "error"; readonly message: string }
  /** Not in any node's log, and never will be. Proposing it again is safe. */
  | { readonly type: "definitelyNot"; readonly reason: string }
  /**
   * No answer arrived before the deadline, or the session ended between two attempts: the command may have been
   * applied, may still be, or may never be.
   */
  | { readonly type: "unknown"; readonly reason: string };
