import type { Index, Term } from "./ids.ts";
import type { LogPosition } from "./entry.ts";
import type { Membership } from "./membership.ts";

/**
 * What is known of a snapshot without opening it (§7, dissertation 5.1). It holds the state after applying the log up
 * to and including the entry at `index`, and replaces that part of the log.
 */
export type Snapshot = {
  /** The last entry that it covers. */
  readonly index: Index;
  /** The term of that entry. */
  readonly term: Term;
  /** The membership as of that entry. */
  readonly membership: Membership;
  /** Size of the file in bytes. */
  readonly size: number;
  /** CRC-32 of the file: two servers' snapshots of the same index may differ in their bytes. */
  readonly checksum: number;
};

/** The position of the last entry that it covers. */
export function positionOf({ index, term }: Snapshot): LogPosition {
  return { index, term };
}

/** Whether both identify the same file contents. */
export function sameSnapshot(a: Snapshot, b: Snapshot): boolean {
  if (a.index !== b.index || a.term !== b.term) return false;
  return a.size === b.size && a.checksum === b.checksum;
}
