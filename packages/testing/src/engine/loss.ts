import type { LogPosition } from "@kontiki/core";

/** What damage of durable bytes takes away from a disk. */
export type Loss = {
  /** The entries of the log in the damaged bytes, ascending. */
  readonly entries: readonly LogPosition[];
  /** The last entry of the damaged snapshot; 0 if none is damaged. */
  readonly snapshot: number;
  /**
   * Whether the node cannot know exactly what it lacks, or whom to ask: the damaged bytes record a change of the
   * membership, that the log was cut, or where a file of the log begins.
   */
  readonly isObscure: boolean;
};

/** Decides whether a disk may lose this. It loses it if the answer is yes. */
export type MayLose = (loss: Loss) => boolean;

/** What a node that runs has on its disk, as far as others may depend on it. */
export type Holdings = {
  /** The entries that are durable and intact, in its log or in files that were set aside, named by {@link nameOf}. */
  readonly entries: ReadonlySet<string>;
  /** The last entry of its newest snapshot if that is intact; otherwise 0. */
  readonly snapshot: number;
  /** What it had and does not have; undefined when that cannot be known. */
  readonly lacks: Lacks | undefined;
};

/** What a node has to get from others. */
export type Lacks = {
  /** Entries of its log. */
  readonly entries: readonly LogPosition[];
  /** The entries up to here, or a snapshot that covers them; 0 for none. */
  readonly upTo: number;
};

/** A text for an entry: index and term identify it (Figure 3, Log Matching). */
export function nameOf({ index, term }: { readonly index: number; readonly term: number }): string {
  return `${index}@${term}`;
}
