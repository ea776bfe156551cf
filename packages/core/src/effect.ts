import type { Entry } from "./entry.ts";
import type { HardState } from "./hard-state.ts";
import type { Index, NodeId, Term } from "./ids.ts";
import type { Message } from "./message.ts";

/**
 * What the runtime must do, in this order. Each is plain data.
 *
 * Log and hard-state effects are visible to the next event at once; what may leave before they are durable is the
 * runtime's to know, by one rule: only AppendEntries of a leader whose term and vote are durable.
 */
export type Effect<C> =
  /** Write term and vote; durable before any promise made after it leaves (§5.2, Figure 2 "persistent state"). */
  | { readonly type: "saveHardState"; readonly hard: HardState }
  /** Drop all log entries behind `after`, on disk before what is appended next. */
  | { readonly type: "truncateLog"; readonly after: Index }
  /** Append entries behind the last one; say `durable` when the disk has them. */
  | { readonly type: "appendLog"; readonly entries: readonly Entry<C>[] }
  /** Send a message. It may be lost, late, or arrive twice. */
  | { readonly type: "send"; readonly to: NodeId; readonly message: Message<C> }
  /** Entries up to `upTo` are committed: apply those not yet applied, in order (§5.3). */
  | { readonly type: "commit"; readonly upTo: Index }
  /** The commands of a `propose` stand in the log from index `first` on, in `term`; not yet committed. */
  | { readonly type: "proposed"; readonly first: Index; readonly term: Term }
  /** The commands of a `propose` were not taken and never will be. `leader` is where to turn, when it is known. */
  | { readonly type: "rejectProposal"; readonly leader: NodeId | undefined }
  /**
   * Start the election timer anew with a freshly drawn time (§5.2). A server has one timer: whatever it waited for
   * before is void, a timeout that is already under way included.
   */
  | { readonly type: "resetElectionTimer" }
  /** Start the heartbeat timer in its place: a leader waits for no election. */
  | { readonly type: "resetHeartbeatTimer" };

/** A message to one server. */
export function send<C>(to: NodeId, message: Message<C>): Effect<C> {
  return { type: "send", to, message };
}

/** See {@link Effect}. */
export const resetElectionTimer = { type: "resetElectionTimer" } as const;

/** See {@link Effect}. */
export const resetHeartbeatTimer = { type: "resetHeartbeatTimer" } as const;
