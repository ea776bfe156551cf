import { assert } from "./assert.ts";
import { resetElectionTimer, send } from "./effect.ts";
import { atLeastAsUpToDate, lastPosition } from "./entry.ts";
import type { NodeId } from "./ids.ts";
import type { RequestPreVote, RequestVote } from "./message.ts";
import type { Peer } from "./membership.ts";
import { leaderOf, type Env, type State, type Step } from "./state.ts";

/**
 * Answers a request for a vote, whatever this server's role (§5.2, §5.4.1).
 *
 * One vote per term, first come, first served, and only for a candidate whose log holds everything that ours does:
 * otherwise a leader could be elected that lacks an entry which an older one committed. Only a granted vote resets the
 * timer: a candidate that cannot win must not keep others from trying.
 *
 * This server votes even if it is not a voter by its own log: a newly promoted server may not have received its
 * promotion yet, and a candidate counts only those that are voters by the candidate's log (dissertation 4.2.1). A
 * server that lost a part of its log votes as if it still had it: the comparison needs only the last position of that
 * log, which it knows.
 */
export function onRequestVote<C>(
  env: Env<C>,
  state: State,
  from: Peer,
  request: RequestVote,
): Step<C> {
  assert(request.term <= state.term, "a newer term is adopted before any handler runs");
  const free = state.votedFor === undefined || state.votedFor === from.node;
  const granted = request.term === state.term && free && holdsOurs(env, state, request);
  const reply = send<C>(from, { type: "voteReply", term: state.term, granted });
  if (!granted) return { state, effects: [reply] };
  return { state: { ...state, votedFor: from.node }, effects: [resetElectionTimer, reply] };
}

/**
 * Answers whether this server would vote for another (dissertation 9.6). This is not a vote: any number of servers may
 * get a yes, nothing is remembered, and the timer keeps running.
 */
export function onRequestPreVote<C>(
  env: Env<C>,
  state: State,
  from: Peer,
  request: RequestPreVote,
): Step<C> {
  const granted = request.term > state.term && holdsOurs(env, state, request);
  const term = granted ? request.term : state.term;
  return { state, effects: [send<C>(from, { type: "preVoteReply", term, granted })] };
}

/**
 * Whether to ignore requests for votes, including their terms: while a leader is heard, only a server that does not get
 * its heartbeats asks, such as one that was removed (dissertation 4.2.3). A leader counts as hearing itself, until the
 * quorum check ends its leadership. If the leader itself asks for a vote, it has lost its leadership and gets an
 * answer.
 */
export function withholdsVotes<C>({ config }: Env<C>, state: State, candidate: NodeId): boolean {
  const { role } = state;
  if (config.quorumBeats === 0 || leaderOf(config, state) === candidate) return false;
  return role.type === "leader" || (role.type === "follower" && role.heard);
}

function holdsOurs<C>(
  { log }: Env<C>,
  { horizon }: State,
  { lastIndex, lastTerm }: RequestVote | RequestPreVote,
): boolean {
  const theirs = { index: lastIndex, term: lastTerm };
  if (horizon !== undefined && !atLeastAsUpToDate(theirs, horizon)) return false;
  return atLeastAsUpToDate(theirs, lastPosition(log));
}
