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
 * One vote a term, first come, first served, and only for a candidate whose log holds everything ours does:
 * otherwise a leader could be elected that lacks an entry which an older one committed. Only a vote that was given
 * resets the timer: a candidate that cannot win must not keep others from trying.
 *
 * Whether this server itself is a voter is not asked: one that was promoted and has not heard of it yet still votes, and
 * a candidate counts only those that are voters by its own log (dissertation 4.2.1). One that lost a part of what it had
 * promised to hold gives no vote: it cannot tell whose log holds everything.
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
 * Says whether a server would get this one's vote (dissertation 9.6). It is no vote: any number of servers may be told
 * yes, nothing is remembered, and the timer runs on.
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
 * Whether requests for votes are let pass unanswered, and their terms too: while a leader is heard, only a server that
 * lacks its heartbeats asks, such as one that was removed (dissertation 4.2.3). A leader hears itself; the check of its
 * quorum ends that when nobody else does. The leader that asks for a vote has lost the lead, and is answered.
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
  if (horizon !== undefined) return false;
  return atLeastAsUpToDate({ index: lastIndex, term: lastTerm }, lastPosition(log));
}
