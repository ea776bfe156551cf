import type { Entry } from "./entry.ts";
import type { Index, Term } from "./ids.ts";

/** A candidate asks for a vote (Figure 2, RequestVote RPC). Its sender is the candidate. */
export type RequestVote = {
  readonly type: "requestVote";
  /** The candidate's term. */
  readonly term: Term;
  /** The last index of its log, 0 when that is empty (§5.4.1). */
  readonly lastIndex: Index;
  /** The term of that entry, 0 when its log is empty. */
  readonly lastTerm: Term;
};

/** The answer to a {@link RequestVote} (Figure 2). */
export type VoteReply = {
  readonly type: "voteReply";
  /** The voter's term. */
  readonly term: Term;
  /** Whether the candidate has its vote, durably, in `term`. */
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
  /** The last index that was compared, or written. */
  readonly match: Index;
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
};

/** Everything one server says to another. Each carries its sender's term (§5.1). */
export type Message<C> =
  RequestVote | VoteReply | AppendEntries<C> | AppendAccepted | AppendRejected;
