import type { NodeId } from "./ids.ts";
import { membershipOf } from "./in-force.ts";
import type { PreVoteReply, VoteReply } from "./message.ts";
import { decides } from "./quorum.ts";
import { unchanged, type Env, type State, type Step } from "./state.ts";
import { becomeCandidate, becomeLeader } from "./transition.ts";

/**
 * Counts a vote (§5.2). Only a candidate counts votes, only those of its own term, and each server's once: a reply to
 * an older election, or a duplicate, adds nothing.
 */
export function onVoteReply<C>(env: Env<C>, state: State, from: NodeId, reply: VoteReply): Step<C> {
  const { role } = state;
  if (role.type !== "candidate" || reply.term !== state.term || !reply.granted)
    return unchanged(state);
  if (role.votes.includes(from)) return unchanged(state);
  const votes = [...role.votes, from];
  const next: State = { ...state, role: { type: "candidate", votes } };
  return decides(membershipOf(env, state), votes) ? becomeLeader(env, next) : unchanged(next);
}

/**
 * Counts a promise to vote (dissertation 9.6). A promise is for the next term: a reply to a request of an earlier term
 * adds nothing, and a promise is never counted as a vote.
 */
export function onPreVoteReply<C>(
  env: Env<C>,
  state: State,
  from: NodeId,
  reply: PreVoteReply,
): Step<C> {
  const { role } = state;
  if (role.type !== "preCandidate" || !reply.granted || reply.term !== state.term + 1)
    return unchanged(state);
  if (role.votes.includes(from)) return unchanged(state);
  const votes = [...role.votes, from];
  const next: State = { ...state, role: { type: "preCandidate", votes } };
  return decides(membershipOf(env, state), votes)
    ? becomeCandidate(env, next, false)
    : unchanged(next);
}
