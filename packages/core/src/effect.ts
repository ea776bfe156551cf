import type { Entry } from "./entry.ts";
import type { HardState } from "./hard-state.ts";
import type { Index, NodeId, Term } from "./ids.ts";
import type { Message } from "./message.ts";
import type { Peer } from "./membership.ts";
import type { Snapshot } from "./snapshot.ts";

/** Why a leader, or who is none, took no proposal. In all cases it is in no log and never will be. */
export type Refusal = "notLeader" | "busy" | "transferring";

/**
 * What the runtime must do, in this order. Each is plain data.
 *
 * Log and hard-state effects are visible to the next event at once; what may leave before they are durable is the
 * runtime's to know, by one rule: only AppendEntries, TimeoutNow and parts of a snapshot of a leader whose term and vote
 * are durable. They promise nothing.
 */
export type Effect<C> =
  /** Write term and vote; durable before any promise made after it leaves (§5.2, Figure 2 "persistent state"). */
  | { readonly type: "saveHardState"; readonly hard: HardState }
  /** Drop all log entries behind `after`, on disk before what is appended next. */
  | { readonly type: "truncateLog"; readonly after: Index }
  /** Append entries behind the last one; say `durable` when the disk has them. */
  | { readonly type: "appendLog"; readonly entries: readonly Entry<C>[] }
  /** Drop the log up to and with `upTo`: a durable snapshot holds it. */
  | { readonly type: "compactLog"; readonly upTo: Index }
  /** The log that was damaged is whole again: forget durably that it was not. */
  | { readonly type: "logRepaired" }
  /** Send a message to the server with this disk. It may be lost, late, or arrive twice. */
  | {
      readonly type: "send";
      readonly to: NodeId;
      readonly uid: number;
      readonly message: Message<C>;
    }
  /**
   * Send the part of this server's snapshot that begins at `offset`, as a `snapshotChunk` of `term`, as much as fits in
   * a message. Say `snapshotGone` when there is no such snapshot any more.
   */
  | {
      readonly type: "sendChunk";
      readonly to: NodeId;
      readonly uid: number;
      readonly term: Term;
      readonly snapshot: Snapshot;
      readonly offset: number;
    }
  /**
   * Save a part of a leader's snapshot: at `offset` 0 a new one begins, and what was saved of another is thrown away.
   * With the last part say `snapshotReceived` when the whole is durable and its checksum holds, else `snapshotBroken`.
   */
  | {
      readonly type: "saveChunk";
      readonly snapshot: Snapshot;
      readonly offset: number;
      readonly bytes: Uint8Array;
    }
  /**
   * The snapshot that was received takes the place of the state machine's state, of the sessions, and of the whole log,
   * which goes on behind it. On disk as one change: after a crash either all of it happened or nothing.
   */
  | { readonly type: "installSnapshot"; readonly snapshot: Snapshot }
  /** Entries up to `upTo` are committed: apply those not yet applied, in order (§5.3). */
  | { readonly type: "commit"; readonly upTo: Index }
  /** The commands of a `propose` stand in the log from index `first` on, in `term`; not yet committed. */
  | { readonly type: "proposed"; readonly first: Index; readonly term: Term }
  /** The commands of a `propose` were not taken and never will be. `leader` is where to turn, when it is known. */
  | {
      readonly type: "rejectProposal";
      readonly reason: Refusal;
      readonly leader: NodeId | undefined;
    }
  /** The read of this `id` is linearizable on any server that has applied the log up to `index`. */
  | { readonly type: "readReady"; readonly id: number; readonly index: Index }
  /** Nobody here can say from where on a read is linearizable. `leader` is where to turn, when it is known. */
  | { readonly type: "rejectRead"; readonly id: number; readonly leader: NodeId | undefined }
  /** A membership change stands in the log at `index`; joint ones are left by themselves. */
  | { readonly type: "changeTaken"; readonly index: Index }
  /** A membership change was not taken. */
  | { readonly type: "rejectChange"; readonly reason: string }
  /** A transfer of leadership is over: `reason` says why it failed, undefined when a newer term has begun. */
  | {
      readonly type: "transferEnded";
      readonly target: NodeId | undefined;
      readonly reason: string | undefined;
    }
  /**
   * Start the election timer anew with a freshly drawn time (§5.2). A server has one timer: whatever it waited for
   * before is void, a timeout that is already under way included. Say `leaderSilent` at the shortest such time.
   */
  | { readonly type: "resetElectionTimer" }
  /** Start it anew with a short random time: the leader is gone for certain, and only a collision is to be avoided. */
  | { readonly type: "hastenElectionTimer" }
  /** Start the heartbeat timer in its place: a leader waits for no election. */
  | { readonly type: "resetHeartbeatTimer" };

/** A message to one server. */
export function send<C>({ node, uid }: Peer, message: Message<C>): Effect<C> {
  return { type: "send", to: node, uid, message };
}

/** See {@link Effect}. */
export const resetElectionTimer = { type: "resetElectionTimer" } as const;

/** See {@link Effect}. */
export const hastenElectionTimer = { type: "hastenElectionTimer" } as const;

/** See {@link Effect}. */
export const resetHeartbeatTimer = { type: "resetHeartbeatTimer" } as const;
