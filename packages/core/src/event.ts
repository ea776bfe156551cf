import type { Index, NodeId, Term } from "./ids.ts";
import type { Change } from "./membership-change.ts";
import type { Message } from "./message.ts";
import type { Snapshot } from "./snapshot.ts";

/** Everything that can happen to a server. */
export type Event<C> =
  /**
   * A message arrived from another server, which has the disk `fromUid` and expects this one to have `toUid`. A message
   * from itself, or for another disk of its name, is ignored.
   */
  | {
      readonly type: "message";
      readonly from: NodeId;
      readonly fromUid: number;
      readonly toUid: number;
      readonly message: Message<C>;
    }
  /** The election timer fired: for its whole length no leader was heard and no vote was given (§5.2). */
  | { readonly type: "electionTimeout" }
  /** No leader was heard for the shortest election timeout: votes are no longer withheld (dissertation 4.2.3). */
  | { readonly type: "leaderSilent" }
  /** The heartbeat timer fired (§5.2). */
  | { readonly type: "heartbeatTimeout" }
  /** A client wants these commands in the log, in this order. Answered by `proposed` or `rejectProposal`. */
  | { readonly type: "propose"; readonly commands: readonly C[] }
  /**
   * A client wants to read. Answered by `readReady` or `rejectRead`, or not at all if a message was lost.
   *
   * `id` is used once, even across restarts. `leased` says that by the runtime's clock no other leader can have been
   * elected since the confirmed round began (dissertation 6.4.1); it requires `config.leases`.
   */
  | { readonly type: "read"; readonly id: number; readonly leased: boolean }
  /** An operator requests another membership. Answered by `changeTaken` or `rejectChange`. */
  | { readonly type: "changeMembership"; readonly changes: readonly Change[] }
  /** An operator requests another leader: `target`, or the best candidate. Ends with `transferEnded`. */
  | { readonly type: "transfer"; readonly target: NodeId | undefined }
  /** A server's process is known to be gone; it is not merely silent. */
  | { readonly type: "peerDown"; readonly node: NodeId }
  /**
   * All available events have been handled: a leader now sends each follower what it lacks, as one message however many
   * events there were (dissertation 10.2.2).
   */
  | { readonly type: "replicate" }
  /**
   * The disk holds the log up to `index`, whose entry has `term`. The term distinguishes a late completion for an entry
   * that has since been replaced from a completion for the entry that is there now.
   */
  | { readonly type: "durable"; readonly index: Index; readonly term: Term }
  /** A snapshot of this server's own state is durable. Its last entry was applied. */
  | { readonly type: "snapshotTaken"; readonly snapshot: Snapshot }
  /** All chunks of a leader's snapshot have been saved, its checksum matches, and it is durable. */
  | { readonly type: "snapshotReceived"; readonly snapshot: Snapshot }
  /** The chunks of a leader's snapshot do not form an intact one, and were deleted. */
  | { readonly type: "snapshotBroken"; readonly snapshot: Snapshot }
  /** The chunk that a `sendChunk` named can no longer be read. */
  | { readonly type: "snapshotGone"; readonly snapshot: Snapshot }
  /** An operator requests compaction up to the snapshot, keeping this many entries before it. */
  | { readonly type: "compact"; readonly keptEntries: number };
