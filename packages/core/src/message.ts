import type { Entry, LogPosition } from "./entry.ts";
import type { Index, Term } from "./ids.ts";
import type { Snapshot } from "./snapshot.ts";

/** A candidate asks for a vote (Figure 2, RequestVote RPC). The sender is the candidate. */
export type RequestVote = {
  readonly type: "requestVote";
  /** The candidate's term. */
  readonly term: Term;
  /** The last index of its log, 0 when that is empty (§5.4.1). */
  readonly lastIndex: Index;
  /** The term of that entry, 0 when its log is empty. */
  readonly lastTerm: Term;
  /** Whether the leader itself asked it to stand: then no server withholds its vote (dissertation 4.2.3). */
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
  /** The term in which it would stand: one above its current term. */
  readonly term: Term;
  /** As in a {@link RequestVote}. */
  readonly lastIndex: Index;
  /** As in a {@link RequestVote}. */
  readonly lastTerm: Term;
};

/** The answer to a {@link RequestPreVote}. */
export type PreVoteReply = {
  readonly type: "preVoteReply";
  /** When granted, the term that was asked about, which no server has begun yet; else the voter's own. */
  readonly term: Term;
  /** Whether the voter would vote for the sender in its present state. */
  readonly granted: boolean;
};

/** A leader replicates entries, or sends none as a heartbeat (Figure 2, AppendEntries RPC). */
export type AppendEntries<C> = {
  readonly type: "appendEntries";
  /** The leader's term. */
  readonly term: Term;
  /** The index of the entry right before `entries`. */
  readonly prevIndex: Index;
  /** The term of the entry at `prevIndex` in the leader's log; 0 at index 0. */
  readonly prevTerm: Term;
  /** Adjacent, from `prevIndex` + 1. */
  readonly entries: readonly Entry<C>[];
  /** The leader's commit index. */
  readonly commit: Index;
  /** The leader's current round when it sent this. The reply repeats it. */
  readonly round: number;
};

/**
 * A follower durably holds the leader's log up to `match` = prevIndex + the number of entries.
 *
 * This is never the follower's own last index: entries after `match` were not compared with the leader's log.
 */
export type AppendAccepted = {
  readonly type: "appendAccepted";
  /** The follower's term. */
  readonly term: Term;
  /** The last index that was compared or written, or that is known to be committed. */
  readonly match: Index;
  /** The round of the message that it answers; 0 when it answers a snapshot. */
  readonly round: number;
};

/**
 * A follower does not hold the leader's entry at `prevIndex`, or the leader's term is stale.
 *
 * `conflictTerm` and `conflictIndex` let the leader skip a whole term at once (end of §5.3): the term of the follower's
 * entry at `prevIndex` and the first index it stores for that term; or, when its log is shorter, no term and the index
 * after its last entry.
 */
export type AppendRejected = {
  readonly type: "appendRejected";
  /** The follower's term. */
  readonly term: Term;
  /** The `prevIndex` of the rejected message. */
  readonly prevIndex: Index;
  /** The term of its own entry there; undefined when its log is shorter, or the leader's term is stale. */
  readonly conflictTerm: Term | undefined;
  /** Its first index of `conflictTerm`; without that, the index after its last entry. */
  readonly conflictIndex: Index;
  /** The round of the rejected message; 0 when that is of an older term. */
  readonly round: number;
};

/** A chunk of a leader's snapshot, for a follower that needs entries the leader has compacted (§7, Figure 13). */
export type SnapshotChunk = {
  readonly type: "snapshotChunk";
  /** The leader's term. */
  readonly term: Term;
  /** Which snapshot the chunk belongs to. */
  readonly snapshot: Snapshot;
  /** Where in the snapshot `bytes` begin. */
  readonly offset: number;
  /** The chunk itself, never empty. */
  readonly bytes: Uint8Array;
};

/** How much of a snapshot a follower has. */
export type ChunkReply = {
  readonly type: "chunkReply";
  /** The follower's term. */
  readonly term: Term;
  /** Which snapshot: its last entry. */
  readonly index: Index;
  /** Which snapshot: its checksum. */
  readonly checksum: number;
  /** How many bytes from its beginning the follower has: the offset of the next chunk. */
  readonly received: number;
};

/** A leader asks an up-to-date follower to stand for election at once (dissertation 3.10). */
export type TimeoutNow = {
  readonly type: "timeoutNow";
  /** The leader's term. */
  readonly term: Term;
};

/** A follower asks from which index on a read is linearizable (§8, dissertation 6.4). */
export type ReadRequest = {
  readonly type: "readRequest";
  /** The follower's term. */
  readonly term: Term;
  /** The follower's id for it, used once. */
  readonly id: number;
};

/** The answer to a {@link ReadRequest}: a server that has applied the log up to `index` may read. */
export type ReadReply = {
  readonly type: "readReply";
  /** The leader's term. */
  readonly term: Term;
  /** The id from the request. */
  readonly id: number;
  /** The leader's commit index when the request arrived, or a later one. */
  readonly index: Index;
};

/** A member has a newer disk than the cluster knows, and asks to be added again without a vote. */
export type Rejoin = {
  readonly type: "rejoin";
  /** The term of the leader it answers. */
  readonly term: Term;
};

/**
 * A server with a damaged log asks any other for the entries after its last one (Alagappan et al., FAST '18, section
 * 3.4). They must belong to the log that it has lost a part of, so it says what it knows of that log.
 */
export type FetchRequest = {
  readonly type: "fetchRequest";
  /** The sender's term. */
  readonly term: Term;
  /** The last position of its log: the entries after it are missing. */
  readonly after: LogPosition;
  /**
   * The last known position of each term in the lost log after that, ascending, at least one. The last one is where
   * that log ended.
   */
  readonly known: readonly LogPosition[];
};

/** The answer to a {@link FetchRequest}. */
export type FetchReply<C> = {
  readonly type: "fetchReply";
  /** The sender's term. */
  readonly term: Term;
  /** The index of `after` in the request. */
  readonly after: Index;
  /** What it can give. */
  readonly answer: Fetched<C>;
};

/** What a server can give to one that lacks entries. */
export type Fetched<C> =
  /** Adjacent entries of the lost log from `after` + 1, at least one. */
  | {
      readonly type: "entries";
      /** The term of the entry before them in the lost log; undefined when the sender has lost that entry itself. */
      readonly prevTerm: Term | undefined;
      /** The entries. */
      readonly entries: readonly Entry<C>[];
    }
  /** It has compacted these entries into a snapshot, of which all or only some parts are intact. */
  | { readonly type: "snapshot"; readonly snapshot: Snapshot; readonly intact: boolean }
  /** It has nothing. */
  | { readonly type: "lack"; readonly why: Lack };

/**
 * Why a server cannot give an entry: it is `damaged` there as well, its log never held it (`absent`), or nothing shows
 * whether the entry that it has is the one that was lost (`unproven`).
 */
export type Lack = "damaged" | "absent" | "unproven";

/** A server without a leader asks another for a part of a snapshot. */
export type FetchChunk = {
  readonly type: "fetchChunk";
  /** The sender's term. */
  readonly term: Term;
  /** Which snapshot. */
  readonly snapshot: Snapshot;
  /** Where the part begins. */
  readonly offset: number;
};

/** The answer to a {@link FetchChunk}. */
export type FetchedChunk = {
  readonly type: "fetchedChunk";
  /** The sender's term. */
  readonly term: Term;
  /** As in the request. */
  readonly snapshot: Snapshot;
  /** As in the request. */
  readonly offset: number;
  /** The part; empty if the sender does not have it intact. */
  readonly bytes: Uint8Array;
};

/** Every message between two servers. Each carries its sender's term (§5.1). */
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
  | Rejoin
  | FetchRequest
  | FetchReply<C>
  | FetchChunk
  | FetchedChunk;
