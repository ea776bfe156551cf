import { peers } from "./config.ts";
import { resetElectionTimer, resetHeartbeatTimer, send, type Effect } from "./effect.ts";
import { lastPosition } from "./entry.ts";
import { indexAfter, nextTerm, type NodeId, type Term } from "./ids.ts";
import { initialProgress, type Progress } from "./progress.ts";
import { isQuorum } from "./quorum.ts";
import { announce } from "./replicate.ts";
import type { Env, State, Step } from "./state.ts";

/**
 * A newer term was seen: whatever this server was, it is a follower now and has not voted in that term (§5.1).
 *
 * A leader's election timer is stopped, so it must be started. Nobody else's is touched: were it reset by any
 * message of a newer term, a server that cannot win could hold off those that can.
 */
export function becomeFollower<C>(state: State, term: Term): Step<C> {
  const next: State = {
    ...state,
    term,
    votedFor: undefined,
    role: { type: "follower", leader: undefined },
  };
  return { state: next, effects: state.role.type === "leader" ? [resetElectionTimer] : [] };
}

/**
 * Starts an election (§5.2): a new term, a vote for itself, a request to everyone else. A server that is alone in
 * its cluster has its majority at once.
 */
export function becomeCandidate<C>(env: Env<C>, state: State): Step<C> {
  const { config, log } = env;
  const votes = [config.id];
  const term = nextTerm(state.term);
  const next: State = { ...state, term, votedFor: config.id, role: { type: "candidate", votes } };
  if (isQuorum(config.voters, votes)) return becomeLeader(env, next);
  const last = lastPosition(log);
  const request = {
    type: "requestVote",
    term,
    lastIndex: last.index,
    lastTerm: last.term,
  } as const;
  return {
    state: next,
    effects: [resetElectionTimer, ...peers(config).map((peer) => send<C>(peer, request))],
  };
}

/**
 * Takes the lead (§5.2): tells everyone at once, so that no other election starts, and appends a no-op, because
 * only an entry of its own term lets it commit the entries of older ones (§5.4.2, §8).
 */
export function becomeLeader<C>(env: Env<C>, state: State): Step<C> {
  const { config, log } = env;
  const progress: Record<NodeId, Progress> = {};
  for (const peer of peers(config)) progress[peer] = initialProgress(log.lastIndex);
  const announced = announce(env, { ...state, role: { type: "leader", progress } });
  const noop = { type: "noop", index: indexAfter(log.lastIndex), term: state.term } as const;
  const appended: Effect<C>[] = config.noop ? [{ type: "appendLog", entries: [noop] }] : [];
  return {
    state: announced.state,
    effects: [resetHeartbeatTimer, ...announced.effects, ...appended],
  };
}
