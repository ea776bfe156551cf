import { assert } from "./assert.ts";
import { resetElectionTimer, send } from "./effect.ts";
import { atLeastAsUpToDate, lastPosition } from "./entry.ts";
import type { NodeId } from "./ids.ts";
import type { RequestVote } from "./message.ts";
import type { Env, State, Step } from "./state.ts";

/**
 * Answers a request for a vote, whatever this server's role (§5.2, §5.4.1).
 *
 * One vote a term, first come, first served, and only for a candidate whose log holds everything ours does:
 * otherwise a leader could be elected that lacks an entry which an older one committed. Only a vote that was given
 * resets the timer: a candidate that cannot win must not keep others from trying.
 */
export function onRequestVote<C>(
  env: Env<C>,
  state: State,
  from: NodeId,
  request: RequestVote,
): Step<C> {
  assert(request.term <= state.term, "a newer term is adopted before any handler runs");
  const free = state.votedFor === undefined || state.votedFor === from;
  const theirs = { index: request.lastIndex, term: request.lastTerm };
  const granted =
    request.term === state.term && free && atLeastAsUpToDate(theirs, lastPosition(env.log));
  const reply = send<C>(from, { type: "voteReply", term: state.term, granted });
  if (!granted) return { state, effects: [reply] };
  return { state: { ...state, votedFor: from }, effects: [resetElectionTimer, reply] };
}
