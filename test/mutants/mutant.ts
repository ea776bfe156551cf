import type { Edit } from "./edit.ts";
import type { HuntName } from "./hunt.ts";

/** A defect that some implementation of Raft really had, planted into this one. */
export type Mutant = {
  /** Lowercase words with hyphens between them, of no other mutant. */
  readonly name: string;
  /** What goes wrong, as a sentence. */
  readonly about: string;
  /** Where the rule that it breaks is stated, or who broke it. */
  readonly source: string;
  /** One, or more where one alone does no harm. */
  readonly edits: readonly Edit[];
  /** What is expected to catch it, best first. The other hunts follow when these do not. */
  readonly hunts: readonly HuntName[];
};
