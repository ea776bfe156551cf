import type { LogLine, Members, NodeStatus } from "@kontiki/actors";
import type { CommandName } from "./commands.ts";

/** What a command that succeeded has to tell. How it looks is the renderers' matter. */
export type Answer =
  /** It was done, and that is all. */
  | { readonly type: "done" }
  /** The value of a key; null when the key is absent. */
  | { readonly type: "got"; readonly value: string | null }
  | { readonly type: "deleted"; readonly present: boolean }
  | { readonly type: "swapped"; readonly matched: boolean }
  | { readonly type: "appended"; readonly bytes: number }
  | { readonly type: "pairs"; readonly pairs: readonly (readonly [string, string])[] }
  | { readonly type: "status"; readonly nodes: readonly NodeStatus[] }
  | { readonly type: "leader"; readonly node: string | null }
  | {
      readonly type: "node";
      readonly node: string;
      readonly now:
        | "crashed"
        | "stopped"
        | "started"
        | "wiped"
        | "added as a voter"
        | "added as a learner"
        | "removed"
        | "promoted";
    }
  | { readonly type: "members"; readonly members: Members }
  /** A snapshot is durable: its last entry, and its bytes. */
  | {
      readonly type: "snapshot";
      readonly node: string;
      readonly index: number;
      readonly size: number;
    }
  /** The log begins at `first` now. */
  | { readonly type: "compacted"; readonly node: string; readonly first: number }
  /** A log can be larger than memory should hold twice, so it comes in pages. */
  | { readonly type: "log"; readonly pages: AsyncIterable<readonly LogLine[]> }
  | { readonly type: "help"; readonly names: readonly CommandName[] }
  /** No command comes after this one. */
  | { readonly type: "quit" };

/**
 * A command that failed.
 *
 * `error`: refused, or it has an error for its result. `definitelyNot`: it never took effect and never
 * will. `unknown`: it may have taken effect, may yet, or may never.
 */
export type Failure = {
  readonly type: "failed";
  readonly outcome: "error" | "definitelyNot" | "unknown";
  readonly message: string;
};

/** Thrown inside a session to end a command; what else is thrown counts as `error`. */
export class CommandFailed extends Error {
  override readonly name: string = "CommandFailed";
  readonly outcome: Failure["outcome"];

  constructor(message: string, outcome: Failure["outcome"] = "error") {
    super(message);
    this.outcome = outcome;
  }
}

/** The failure that a thrown value stands for, in one line. */
export function failureOf(thrown: unknown): Failure {
  const outcome = thrown instanceof CommandFailed ? thrown.outcome : "error";
  return { type: "failed", outcome, message: messageOf(thrown) };
}

/** The text of whatever was thrown, in one line. */
export function messageOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message || thrown.name : String(thrown);
  return text.replace(/\s*\n\s*/g, " ");
}
