/**
 * How a proposal ended. A client retries until it knows or its deadline passes, and it never guesses.
 */
export type Outcome<R> =
  /** Committed and applied, exactly once; this is the state machine's answer. */
  | { readonly type: "ok"; readonly value: R }
  /** Committed and applied, exactly once; the state machine threw this error, on every node alike. */
  | { readonly type: "error"; readonly message: string }
  /** Not in the log of any node, and it never will be. Proposing it again is safe. */
  | { readonly type: "definitelyNot"; readonly reason: string }
  /**
   * No answer came before the deadline, or its session ended between two attempts: it may have taken effect, may yet, or
   * may never.
   */
  | { readonly type: "unknown"; readonly reason: string };
