import type { Index, NodeId, Term } from "./ids.ts";
import type { Change } from "./membership-change.ts";
import type { Message } from "./message.ts";
import type { Snapshot } from "./snapshot.ts";

/** Everything that can happen to a server. */
export type Event<C> =
  /**
   * A message of another server has come, which has the disk `fromUid` and believes this one to have `toUid`. What
   * comes from itself, or is meant for another disk of its name, is ignored.
   */
  | {
      readonly type: "message";
      readonly from: NodeId;
      readonly fromUid: number;
      readonly toUid: number;
      readonly message: Message<C>;
    }
  /** The election timer ran out: no leader was heard and no vote given for its whole length (§5.2). */
  | { readonly type: "electionTimeout" }
  /** No leader was heard for the shortest election timeout: votes are withheld no longer (dissertation 4.2.3). */
  | { readonly type: "leaderSilent" }
  /** The heartbeat timer ran out (§5.2). */
  | { readonly type: "heartbeatTimeout" }
  /** A client wants these commands in the log, in this order. Answered by `proposed` or `rejectProposal`. */
  | { readonly type: "propose"; readonly commands: readonly C[] }
  /**
   * A client wants to read. Answered by `readReady` or `rejectRead`, or not at all when that was lost on the way.
   *
   * `id` is used once, over restarts too. `leased` says that by the runtime's clock no other leader can have been
   * elected since the confirmed round began (dissertation 6.4.1); only with `config.leases`.
   */
  | { readonly type: "read"; readonly id: number; readonly leased: boolean }
  /** An operator wants another membership. Answered by `changeTaken` or `rejectChange`. */
  | { readonly type: "changeMembership"; readonly changes: readonly Change[] }
  /** An operator wants another leader: `target`, or whoever is best placed. Ends by `transferEnded`. */
  | { readonly type: "transfer"; readonly target: NodeId | undefined }
  /** It is known for certain that a server's process is gone: it was not merely not heard. */
  | { readonly type: "peerDown"; readonly node: NodeId }
  /**
   * All events that were at hand have been handled: a leader now sends each follower what it lacks, as one
   * message however many events there were (dissertation 10.2.2).
   */
  | { readonly type: "replicate" }
  /**
   * The disk holds the log up to `index`, whose entry is of `term`. The term tells a late completion for an entry
   * that has since been replaced from one for the entry that stands there now.
   */
  | { readonly type: "durable"; readonly index: Index; readonly term: Term }
  /** A snapshot of this server's own state is durable. Its index was applied. */
  | { readonly type: "snapshotTaken"; readonly snapshot: Snapshot }
  /** All parts of a leader's snapshot have been saved, and its checksum holds. It is durable. */
  | { readonly type: "snapshotReceived"; readonly snapshot: Snapshot }
  /** The parts of a leader's snapshot do not make a whole one, and were thrown away. */
  | { readonly type: "snapshotBroken"; readonly snapshot: Snapshot }
  /** A part that `sendChunk` asked for cannot be read any more. */
  | { readonly type: "snapshotGone"; readonly snapshot: Snapshot }
  /** An operator wants the log compacted up to the snapshot, but for so many entries before it. */
  | { readonly type: "compact"; readonly keptEntries: number };
