import type { Entry } from "./entry.ts";
import type { Index, Term } from "./ids.ts";
import type { Snapshot } from "./snapshot.ts";

/** A candidate asks for a vote (Figure 2, RequestVote RPC). Its sender is the candidate. */
export type RequestVote = {
  readonly type: "requestVote";
  /** The candidate's term. */
  readonly term: Term;
  /** The last index of its log, 0 when that is empty (§5.4.1). */
  readonly lastIndex: Index;
  /** The term of that entry, 0 when its log is empty. */
  readonly lastTerm: Term;
  /** Whether the leader itself asked it to stand: then nobody withholds a vote for that leader (dissertation 4.2.3). */
  readonly transfer: boolean;
};

/** The answer to a {@link RequestVote} (Figure 2). */
export type VoteReply = {
  readonly type: "voteReply";
  /** The voter's term. */
  readonly term: Term;
  /** Whether the candidate has its vote, durably, in `term`. */
  readonly granted: boolean;
};

/** A server asks whether it would get a vote (dissertation 9.6). It changes nothing at either end. */
export type RequestPreVote = {
  readonly type: "requestPreVote";
  /** The term in which it would stand: one above its own. */
  readonly term: Term;
  /** As in a {@link RequestVote}. */
  readonly lastIndex: Index;
  /** As in a {@link RequestVote}. */
  readonly lastTerm: Term;
};

/** The answer to a {@link RequestPreVote}. */
export type PreVoteReply = {
  readonly type: "preVoteReply";
  /** When granted the term that was asked about, which is nobody's term yet; else the voter's own. */
  readonly term: Term;
  /** Whether the server would get the vote, as things stand. */
  readonly granted: boolean;
};

/** A leader replicates entries, or with none says that it lives (Figure 2, AppendEntries RPC). */
export type AppendEntries<C> = {
  readonly type: "appendEntries";
  /** The leader's term. */
  readonly term: Term;
  /** The entry that `entries` follow. */
  readonly prevIndex: Index;
  /** The term of the entry at `prevIndex` in the leader's log; 0 at index 0. */
  readonly prevTerm: Term;
  /** Adjacent, from `prevIndex` + 1. */
  readonly entries: readonly Entry<C>[];
  /** The leader's commit index. */
  readonly commit: Index;
  /** The leader's last round when it was sent. Whoever answers gives it back. */
  readonly round: number;
};

/**
 * A follower holds the leader's log up to `match` = prevIndex + the number of entries, durably.
 *
 * It is never the follower's own last index: what lies behind `match` was not compared with the leader's log.
 */
export type AppendAccepted = {
  readonly type: "appendAccepted";
  /** The follower's term. */
  readonly term: Term;
  /** The last index that was compared, or written, or that is known to be committed. */
  readonly match: Index;
  /** The round of what it answers; 0 when it answers a snapshot. */
  readonly round: number;
};

/**
 * A follower does not hold the entry that the leader's stood upon, or the leader is of an older term.
 *
 * `conflictTerm` and `conflictIndex` let the leader skip a whole term at once (end of §5.3): the term of the
 * follower's entry at `prevIndex` and the first index it stores for that term; or, when its log is shorter,
 * no term and the index after its last.
 */
export type AppendRejected = {
  readonly type: "appendRejected";
  /** The follower's term. */
  readonly term: Term;
  /** The `prevIndex` of what is refused. */
  readonly prevIndex: Index;
  /** The term of its own entry there; undefined when its log is shorter, or the leader's term is older. */
  readonly conflictTerm: Term | undefined;
  /** The first index it holds of `conflictTerm`; without that, the index after its last. */
  readonly conflictIndex: Index;
  /** The round of what is refused. */
  readonly round: number;
};

/** A part of a leader's snapshot, for a follower that needs entries the leader has compacted (§7, Figure 13). */
export type SnapshotChunk = {
  readonly type: "snapshotChunk";
  /** The leader's term. */
  readonly term: Term;
  /** Which snapshot it is a part of. */
  readonly snapshot: Snapshot;
  /** Where in the snapshot `bytes` begin. */
  readonly offset: number;
  /** The part itself, never empty. */
  readonly bytes: Uint8Array;
};

/** How much of a snapshot a follower has. */
export type ChunkReply = {
  readonly type: "chunkReply";
  /** The follower's term. */
  readonly term: Term;
  /** Which snapshot, by the entry it ends with and its checksum. */
  readonly index: Index;
  /** The checksum of that snapshot. */
  readonly checksum: number;
  /** Bytes from its beginning that it has: where to go on. */
  readonly received: number;
};

/** A leader asks a follower that has all it has to stand for election at once (dissertation 3.10). */
export type TimeoutNow = {
  readonly type: "timeoutNow";
  /** The leader's term. */
  readonly term: Term;
};

/** A follower asks from which entry on a read is linearizable (§8, dissertation 6.4). */
export type ReadRequest = {
  readonly type: "readRequest";
  /** The follower's term. */
  readonly term: Term;
  /** The follower's name for it, used once. */
  readonly id: number;
};

/** The answer to a {@link ReadRequest}: whoever has applied the log up to `index` may read. */
export type ReadReply = {
  readonly type: "readReply";
  /** The leader's term. */
  readonly term: Term;
  /** The follower's name for it. */
  readonly id: number;
  /** The leader's commit index when the request came, or later. */
  readonly index: Index;
};

/** A member has another disk than the cluster knows, and asks to be taken in again without a vote. */
export type Rejoin = {
  readonly type: "rejoin";
  /** The term of the leader it answers. */
  readonly term: Term;
};

/** Everything one server says to another. Each carries its sender's term (§5.1). */
export type Message<C> =
  | RequestVote
  | VoteReply
  | RequestPreVote
  | PreVoteReply
  | AppendEntries<C>
  | AppendAccepted
  | AppendRejected
  | SnapshotChunk
  | ChunkReply
  | TimeoutNow
  | ReadRequest
  | ReadReply
  | Rejoin;
