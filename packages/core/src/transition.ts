import { resetElectionTimer, resetHeartbeatTimer, send, type Effect } from "./effect.ts";
import { lastPosition } from "./entry.ts";
import { indexAfter, nextTerm, type NodeId, type Term } from "./ids.ts";
import { membershipOf, peersOf, peerOf } from "./in-force.ts";
import { isVoter } from "./membership.ts";
import { initialProgress, type Progress } from "./progress.ts";
import { decides } from "./quorum.ts";
import { rejectReads } from "./read.ts";
import { announce } from "./replicate.ts";
import type { Env, Leader, State, Step } from "./state.ts";

/** The role of a follower that has heard of no leader. */
export const LEADERLESS = {
  type: "follower",
  leader: undefined,
  heard: false,
  receiving: undefined,
} as const;

/**
 * Adopts a newer term: whatever this server was, it is now a follower and has not voted in that term (§5.1).
 *
 * A leader's election timer is stopped, so it must be started. All other servers' timers keep running: if any message
 * of a newer term reset them, a server that cannot win could hold off those that can.
 *
 * With leases on, a follower that heard a leader keeps withholding its vote from others for as long as it would have
 * without the newer term: the leader may not know of the new term, and still relies on those votes being withheld
 * (dissertation 6.4.1).
 */
export function becomeFollower<C>({ config }: Env<C>, state: State, term: Term): Step<C> {
  const { role } = state;
  const heard = config.leases && role.type === "follower" && role.heard;
  const next: State = { ...state, term, votedFor: undefined, role: { ...LEADERLESS, heard } };
  return { state: next, effects: role.type === "leader" ? leaveLeadership(role, undefined) : [] };
}

/**
 * A leader that should no longer lead becomes a follower in its own term: a majority does not answer it, or it is no
 * longer a voter. It has voted for itself in this term, so no other server leads it.
 */
export function stepDown<C>(state: State, role: Leader): Step<C> {
  const reason = "this server no longer leads";
  return { state: { ...state, role: LEADERLESS }, effects: leaveLeadership(role, reason) };
}

/**
 * Asks which servers would vote for this one, before it starts an election that could depose a leader that all others
 * hear (dissertation 9.6). No term changes, neither its own nor another server's.
 */
export function becomePreCandidate<C>(env: Env<C>, state: State): Step<C> {
  const votes = [env.config.id];
  if (decides(membershipOf(env, state), votes)) return becomeCandidate(env, state, false);
  const next: State = { ...state, role: { type: "preCandidate", votes } };
  const { index: lastIndex, term: lastTerm } = lastPosition(env.log);
  const request = {
    type: "requestPreVote",
    term: nextTerm(state.term),
    lastIndex,
    lastTerm,
  } as const;
  return { state: next, effects: [resetElectionTimer, ...toVoters<C>(env, state, request)] };
}

/**
 * Starts an election (§5.2): a new term, a vote for itself, and a request to all other voters. A single voter has its
 * majority at once.
 *
 * @param transfer whether its leader asked it to.
 */
export function becomeCandidate<C>(env: Env<C>, state: State, transfer: boolean): Step<C> {
  const { config, log } = env;
  const votes = [config.id];
  const term = nextTerm(state.term);
  const next: State = { ...state, term, votedFor: config.id, role: { type: "candidate", votes } };
  if (decides(membershipOf(env, state), votes)) return becomeLeader(env, next);
  const { index: lastIndex, term: lastTerm } = lastPosition(log);
  const request = { type: "requestVote", term, lastIndex, lastTerm, transfer } as const;
  return { state: next, effects: [resetElectionTimer, ...toVoters<C>(env, next, request)] };
}

/**
 * Becomes the leader (§5.2): tells all members at once, so that no other election starts, and appends a no-op, because
 * only an entry of its own term lets it commit the entries of older ones (§5.4.2, §8).
 */
export function becomeLeader<C>(env: Env<C>, state: State): Step<C> {
  const { config, log } = env;
  const progress: Record<NodeId, Progress> = {};
  for (const peer of peersOf(env, state)) progress[peer] = initialProgress(log.lastIndex);
  const role: Leader = {
    type: "leader",
    progress,
    round: 0,
    check: { round: 1, beats: 0 },
    reads: [],
    transfer: undefined,
    leaseGivenUp: false,
  };
  const announced = announce(env, { ...state, role });
  const noop = { type: "noop", index: indexAfter(log.lastIndex), term: state.term } as const;
  const appended: Effect<C>[] = config.noop ? [{ type: "appendLog", entries: [noop] }] : [];
  return {
    state: announced.state,
    effects: [resetHeartbeatTimer, ...announced.effects, ...appended],
  };
}

/** The effects of losing leadership. A transfer in progress fails for `reason`, if there is one. */
function leaveLeadership<C>(role: Leader, reason: string | undefined): readonly Effect<C>[] {
  const ended: Effect<C>[] =
    role.transfer === undefined
      ? []
      : [{ type: "transferEnded", target: role.transfer.target, reason }];
  return [resetElectionTimer, ...rejectReads<C>(role), ...ended];
}

function toVoters<C>(
  env: Env<C>,
  state: State,
  request: Parameters<typeof send<C>>[1],
): readonly Effect<C>[] {
  const membership = membershipOf(env, state);
  return peersOf(env, state)
    .filter((node) => isVoter(membership, node))
    .map((node) => send<C>(peerOf(env, state, node), request));
}
