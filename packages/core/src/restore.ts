import { assert } from "./assert.ts";
import { BEGIN_REPAIR } from "./repair.ts";
import type { LogPosition, LogView } from "./entry.ts";
import type { HardState } from "./hard-state.ts";
import { INDEX_ZERO } from "./ids.ts";
import { recoveredMemberships } from "./in-force.ts";
import type { Snapshot } from "./snapshot.ts";
import type { State } from "./state.ts";

/** What recovery found on a disk besides term, vote and log. */
export type Found = {
  /**
   * The newest snapshot. The log must hold its last entry or begin right after it; a log that does not, because the
   * snapshot became durable before the log did, must be emptied first.
   */
  readonly snapshot?: Snapshot | undefined;
  /** See {@link State}. */
  readonly horizon?: LogPosition | undefined;
  /** Whether reads may use leases: see {@link Config}. */
  readonly leases?: boolean;
};

/**
 * The state after a start, first or not: a follower that remembers its term, its vote, its snapshot and its log, and
 * nothing else (§5.2, Figure 2). The whole recovered log counts as durable.
 */
export function restore<C>(hard: HardState, log: LogView<C>, found: Found = {}): State {
  const { snapshot, horizon, leases = false } = found;
  const meets =
    snapshot === undefined ? log.firstIndex === 1 : log.termAt(snapshot.index) === snapshot.term;
  assert(meets, "the log must meet the snapshot, which holds what the log lacks at its beginning");
  return {
    term: hard.term,
    votedFor: hard.votedFor,
    commit: snapshot?.index ?? INDEX_ZERO,
    durable: log.lastIndex,
    memberships: recoveredMemberships(log, snapshot),
    snapshot,
    horizon,
    repair: horizon === undefined ? undefined : BEGIN_REPAIR,
    role: { type: "follower", leader: undefined, heard: leases, receiving: undefined },
  };
}
