import type { Edit } from "./edit.ts";
import type { HuntName } from "./hunt.ts";

/** A defect that a real implementation of Raft had, planted into this one. */
export type Mutant = {
  /** A unique name: lowercase words with hyphens. */
  readonly name: string;
  /** What goes wrong, as a sentence. */
  readonly about: string;
  /** The source of the rule that it breaks, or the implementation that broke it. */
  readonly source: string;
  /** One edit, or several when one alone does no harm. */
  readonly edits: readonly Edit[];
  /** The hunts that should catch it, best first. The other hunts follow if these do not. */
  readonly hunts: readonly HuntName[];
};
