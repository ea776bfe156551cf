import type { NodeId } from "./ids.ts";
import type { VoteReply } from "./message.ts";
import { isQuorum } from "./quorum.ts";
import { unchanged, type Env, type State, type Step } from "./state.ts";
import { becomeLeader } from "./transition.ts";

/**
 * Counts a vote (§5.2). Only a candidate counts, only replies of its own term, each server once: a reply to an
 * older election, or one that arrives twice, adds nothing.
 */
export function onVoteReply<C>(env: Env<C>, state: State, from: NodeId, reply: VoteReply): Step<C> {
  const { role } = state;
  if (role.type !== "candidate" || reply.term !== state.term || !reply.granted)
    return unchanged(state);
  if (role.votes.includes(from)) return unchanged(state);
  const votes = [...role.votes, from];
  const next: State = { ...state, role: { type: "candidate", votes } };
  return isQuorum(env.config.voters, votes) ? becomeLeader(env, next) : unchanged(next);
}
