import type { Index, Term } from "./ids.ts";
import type { LogPosition } from "./entry.ts";
import type { Membership } from "./membership.ts";

/**
 * What is known of a snapshot without opening it (§7, dissertation 5.1): the state after applying the log up to and
 * with the entry at `index`, which takes the place of that part of the log.
 */
export type Snapshot = {
  /** The last entry that is in it. */
  readonly index: Index;
  /** The term of that entry. */
  readonly term: Term;
  /** Who belonged to the cluster as of that entry. */
  readonly membership: Membership;
  /** Bytes of the file. */
  readonly size: number;
  /** CRC-32 of the file: two servers' snapshots of one index may differ in their bytes. */
  readonly checksum: number;
};

/** Where in the log a snapshot ends. */
export function positionOf({ index, term }: Snapshot): LogPosition {
  return { index, term };
}

/** Whether two name the same bytes. */
export function sameSnapshot(a: Snapshot, b: Snapshot): boolean {
  if (a.index !== b.index || a.term !== b.term) return false;
  return a.size === b.size && a.checksum === b.checksum;
}
