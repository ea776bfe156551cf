import type { Colors } from "../output/colors.ts";
import { messageOf } from "../output/error-text.ts";

/** A part of an answer that is too large to hold at once: its text, and its items for JSON. */
export type Page = { readonly text: string; readonly items: readonly unknown[] };

/** The text of an answer, without a line end; undefined when there is nothing to show. */
export type Shown = string | undefined;

/** The answer of a command that succeeded, ready to be shown to people and to programs. */
export type Answer =
  | {
      readonly type: "value";
      readonly text: (colors: Colors) => Shown | Promise<Shown>;
      readonly json: unknown;
      /** No command may follow. */
      readonly ends: boolean;
    }
  | { readonly type: "pages"; readonly pages: AsyncIterable<Page> };

/**
 * A command that failed.
 *
 * `error`: it was rejected, or its result is an error. `definitelyNot`: it did not take effect and never will. `unknown`:
 * it may have taken effect, may still take effect, or may never do so.
 */
export type Failure = {
  readonly type: "failed";
  readonly outcome: "error" | "definitelyNot" | "unknown";
  readonly message: string;
};

/** Thrown inside a session to end a command. */
export class CommandFailed extends Error {
  override readonly name: string = "CommandFailed";
  readonly outcome: Failure["outcome"];

  constructor(message: string, outcome: Failure["outcome"] = "error") {
    super(message);
    this.outcome = outcome;
  }
}

/** The failure for a thrown value: its `outcome` if it has one, as a change of members that fails does, else `error`. */
export function failureOf(thrown: unknown): Failure {
  const message = messageOf(thrown);
  const given = thrown instanceof Error && "outcome" in thrown ? thrown.outcome : undefined;
  const outcome = given === "definitelyNot" || given === "unknown" ? given : "error";
  return { type: "failed", outcome, message };
}
