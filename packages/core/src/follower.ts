import { assert } from "./assert.ts";
import { acceptEntries } from "./accept.ts";
import { hastenElectionTimer, resetElectionTimer } from "./effect.ts";
import type { NodeId } from "./ids.ts";
import { mayStand } from "./in-force.ts";
import type { AppendEntries } from "./message.ts";
import type { Peer } from "./membership.ts";
import { unchanged, type Env, type State, type Step } from "./state.ts";
import { LEADERLESS } from "./transition.ts";

/**
 * Handles an AppendEntries of the current term: its sender is the leader, so a candidate gives up and the election
 * timer restarts (§5.2). The vote stays as it is: it belongs to the term.
 */
export function onAppendEntries<C>(
  env: Env<C>,
  state: State,
  from: Peer,
  message: AppendEntries<C>,
): Step<C> {
  const accepted = acceptEntries(env, followerOf(state, from.node), from, message);
  return { state: accepted.state, effects: [resetElectionTimer, ...accepted.effects] };
}

/** The state of a server that has just heard the leader of its term. */
export function followerOf(state: State, leader: NodeId): State {
  const { role } = state;
  assert(role.type !== "leader", "a term has one leader (Election Safety)");
  const known = role.type === "follower" ? role.leader : undefined;
  assert(known === undefined || known === leader, "a term has one leader (Election Safety)");
  if (role.type === "follower" && known === leader)
    return role.heard ? state : { ...state, role: { ...role, heard: true } };
  return { ...state, role: { type: "follower", leader, heard: true, receiving: undefined } };
}

/** No leader was heard for the shortest election timeout: this server may vote again (dissertation 4.2.3). */
export function onLeaderSilent<C>(state: State): Step<C> {
  const { role } = state;
  if (role.type !== "follower" || !role.heard) return unchanged(state);
  return unchanged({ ...state, role: { ...role, heard: false } });
}

/**
 * The leader is certainly gone. There is no point in waiting for it: votes are no longer withheld, and a server that
 * may stand for election does so after a short random delay instead of an election timeout.
 */
export function onLeaderDown<C>(env: Env<C>, state: State): Step<C> {
  const next: State = { ...state, role: LEADERLESS };
  return { state: next, effects: mayStand(env, state) ? [hastenElectionTimer] : [] };
}
