import { assert } from "./assert.ts";
import type { LogPosition, LogView } from "./entry.ts";
import type { HardState } from "./hard-state.ts";
import { INDEX_ZERO } from "./ids.ts";
import { recoveredMemberships } from "./in-force.ts";
import type { Snapshot } from "./snapshot.ts";
import type { State } from "./state.ts";

/** What was found on a disk beside term, vote and log. */
export type Found = {
  /**
   * The newest snapshot. The log holds its last entry, or begins right behind it: one that does not, because the snapshot
   * became durable before the log did, is emptied first.
   */
  readonly snapshot?: Snapshot | undefined;
  /** See {@link State}. */
  readonly horizon?: LogPosition | undefined;
  /** Whether reads may rest on leases: see {@link Config}. */
  readonly leases?: boolean;
};

/**
 * The state after a start, first or not: a follower that remembers its term, its own vote, its snapshot and its log, and
 * nothing else (§5.2, Figure 2). The whole of the recovered log is on disk.
 */
export function restore<C>(hard: HardState, log: LogView<C>, found: Found = {}): State {
  const { snapshot, horizon, leases = false } = found;
  const meets =
    snapshot === undefined ? log.firstIndex === 1 : log.termAt(snapshot.index) === snapshot.term;
  assert(meets, "what a log lacks at its beginning is in the snapshot, and the two meet");
  return {
    term: hard.term,
    votedFor: hard.votedFor,
    commit: snapshot?.index ?? INDEX_ZERO,
    durable: log.lastIndex,
    memberships: recoveredMemberships(log, snapshot),
    snapshot,
    horizon,
    role: { type: "follower", leader: undefined, heard: leases, receiving: undefined },
  };
}
