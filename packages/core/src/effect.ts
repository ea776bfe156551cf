import type { Entry } from "./entry.ts";
import type { HardState } from "./hard-state.ts";
import type { Index, NodeId, Term } from "./ids.ts";
import type { Message } from "./message.ts";
import type { Peer } from "./membership.ts";
import type { Snapshot } from "./snapshot.ts";

/** Why a server rejected a proposal. In every case the proposal is in no log and never will be. */
export type Refusal = "notLeader" | "busy" | "transferring";

/**
 * What the runtime must do, in this order. Each effect is plain data.
 *
 * Effects on the log and the hard state are visible to the next event at once. One rule says which messages may leave
 * before they are durable: only AppendEntries, TimeoutNow and snapshot chunks of a leader whose term and vote are
 * durable, because these promise nothing.
 */
export type Effect<C> =
  /** Write term and vote; durable before any later promise leaves (§5.2, Figure 2 "persistent state"). */
  | { readonly type: "saveHardState"; readonly hard: HardState }
  /** Remove all log entries after `after`, on disk before anything is appended next. */
  | { readonly type: "truncateLog"; readonly after: Index }
  /** Append entries after the last one; report `durable` when the disk has them. */
  | { readonly type: "appendLog"; readonly entries: readonly Entry<C>[] }
  /** Remove the log up to and including `upTo`: a durable snapshot covers it. */
  | { readonly type: "compactLog"; readonly upTo: Index }
  /** The damaged log is intact again: durably forget the horizon. What was salvaged of it is no longer needed. */
  | { readonly type: "logRepaired" }
  /** Send a message to the server with this disk. It may be lost, delayed or duplicated. */
  | {
      readonly type: "send";
      readonly to: NodeId;
      readonly uid: number;
      readonly message: Message<C>;
    }
  /**
   * Send the part of this server's snapshot that begins at `offset`, as a `snapshotChunk` of `term`, with as many bytes
   * as fit in a message. Report `snapshotGone` when the snapshot no longer exists.
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
   * Send the part of a snapshot that begins at `offset` as a `fetchedChunk` of `term`, as far as it is intact and fits
   * in a message; without bytes if it is not. The snapshot may be a damaged one, and the receiver this server itself.
   */
  | {
      readonly type: "sendFetched";
      readonly to: NodeId;
      readonly uid: number;
      readonly term: Term;
      readonly snapshot: Snapshot;
      readonly offset: number;
    }
  /**
   * Save a part of another server's snapshot. `offset` 0 starts a new snapshot and discards what was saved of another. After
   * the last part, report `snapshotReceived` when the whole file is durable and its checksum matches, else
   * `snapshotBroken`.
   */
  | {
      readonly type: "saveChunk";
      readonly snapshot: Snapshot;
      readonly offset: number;
      readonly bytes: Uint8Array;
    }
  /**
   * Replace the state machine's state, the sessions and the whole log with the received snapshot; the log continues
   * after it. On disk this is one change: after a crash either all of it happened or none.
   */
  | { readonly type: "installSnapshot"; readonly snapshot: Snapshot }
  /** Entries up to `upTo` are committed: apply those not yet applied, in order (§5.3). */
  | { readonly type: "commit"; readonly upTo: Index }
  /** The commands of a `propose` are in the log from index `first` on, in `term`; they are not committed yet. */
  | { readonly type: "proposed"; readonly first: Index; readonly term: Term }
  /** The commands of a `propose` were rejected and never will be in a log. `leader` is where to retry, if known. */
  | {
      readonly type: "rejectProposal";
      readonly reason: Refusal;
      readonly leader: NodeId | undefined;
    }
  /** The read with this `id` is linearizable on any server that has applied the log up to `index`. */
  | { readonly type: "readReady"; readonly id: number; readonly index: Index }
  /** This server cannot tell from which index on a read is linearizable. `leader` is where to retry, if known. */
  | { readonly type: "rejectRead"; readonly id: number; readonly leader: NodeId | undefined }
  /** A membership change is in the log at `index`. A joint membership is left automatically. */
  | { readonly type: "changeTaken"; readonly index: Index }
  /** A membership change was rejected. */
  | { readonly type: "rejectChange"; readonly reason: string }
  /** A transfer of leadership has ended: `reason` says why it failed, undefined when a newer term has begun. */
  | {
      readonly type: "transferEnded";
      readonly target: NodeId | undefined;
      readonly reason: string | undefined;
    }
  /**
   * Restart the election timer with a newly drawn timeout (§5.2). A server has one timer: its earlier setting no longer
   * counts, including a timeout that has already fired and waits to be handled. Report `leaderSilent` after the
   * shortest possible timeout.
   */
  | { readonly type: "resetElectionTimer" }
  /** Restart it with a short random delay: the leader is certainly gone, and the delay only avoids a split vote. */
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
