/**
 * The content of one datagram of the original kontiki-udp, as encoded in its bytes.
 *
 * Numbers are bigints, because the wire counts to 2^64 - 1. Ids are byte strings, one character for each byte (latin-1),
 * because the wire has no charset. How far Kontiki trusts the content is decided in `interop.ts`.
 *
 * @module
 */

/** A value of the replicated log: the id of the leader that made it, and a number. */
export type Value = { readonly node: string; readonly number: bigint };

export type WireEntry = {
  readonly index: bigint;
  readonly term: bigint;
  readonly value: Value;
};

export type WireRequestVote = {
  readonly type: "RequestVote";
  readonly term: bigint;
  readonly candidateId: string;
  readonly lastLogIndex: bigint;
  readonly lastLogTerm: bigint;
};

export type WireRequestVoteResponse = {
  readonly type: "RequestVoteResponse";
  readonly term: bigint;
  readonly voteGranted: boolean;
};

export type WireAppendEntries = {
  readonly type: "AppendEntries";
  readonly term: bigint;
  readonly leaderId: string;
  readonly prevLogIndex: bigint;
  readonly prevLogTerm: bigint;
  readonly entries: readonly WireEntry[];
  readonly commitIndex: bigint;
};

export type WireAppendEntriesResponse = {
  readonly type: "AppendEntriesResponse";
  readonly term: bigint;
  readonly success: boolean;
  readonly lastIndex: bigint;
};

export type WireMessage =
  WireRequestVote | WireRequestVoteResponse | WireAppendEntries | WireAppendEntriesResponse;

/** One datagram: a message and its claimed sender. Nothing else identifies the sender. */
export type Datagram = { readonly from: string; readonly message: WireMessage };
