import { CONFIG_DEFAULTS, type Config } from "./config.ts";
import { send, type Effect } from "./effect.ts";
import { INDEX_ZERO, type NodeId } from "./ids.ts";
import { mayStand, membershipOf, peersOf, peerOf } from "./in-force.ts";
import { unchanged, type Env, type Leader, type State, type Step } from "./state.ts";
import { becomeCandidate } from "./transition.ts";

/**
 * Begins to transfer leadership to another server (dissertation 3.10): the leader accepts no more proposals, brings the
 * target up to date, and then tells it to stand for election.
 */
export function onTransfer<C>(env: Env<C>, state: State, wanted: NodeId | undefined): Step<C> {
  const { role } = state;
  const target = wanted ?? bestPlaced(env, state);
  const refuse = (reason: string): Step<C> => ({
    state,
    effects: [{ type: "transferEnded", target, reason }],
  });
  if (role.type !== "leader") return refuse("this server does not lead");
  if (target === undefined) return refuse("there is no other voter");
  if (target === env.config.id) return refuse("it already leads");
  if (!membershipOf(env, state).voters.includes(target)) return refuse(`${target} is not a voter`);
  if (role.transfer !== undefined)
    return refuse(`a transfer to ${role.transfer.target} is under way`);
  const transfer = { target, beats: 0, told: false };
  return promptWhenCaughtUp(env, { ...state, role: { ...role, transfer } });
}

/**
 * Tells the target to stand for election once it has the whole log. From then on this leader has no lease: no server
 * withholds its vote from the target, so another leader may be elected at any time (dissertation 6.4.1).
 */
export function promptWhenCaughtUp<C>(env: Env<C>, state: State): Step<C> {
  const { role } = state;
  if (role.type !== "leader" || role.transfer === undefined || role.transfer.told)
    return unchanged(state);
  const { target } = role.transfer;
  if (role.progress[target]?.match !== env.log.lastIndex) return unchanged(state);
  const transfer = { ...role.transfer, told: true };
  return {
    state: { ...state, role: { ...role, transfer, leaseGivenUp: true } },
    effects: [timeoutNow(env, state, target)],
  };
}

/**
 * A heartbeat interval has passed. A target that was told to stand is told again, in case the message was lost. If it
 * has not taken over within an election timeout, the transfer fails, and proposals are accepted again (dissertation
 * 3.10).
 */
export function beatTransfer<C>(env: Env<C>, state: State, role: Leader): Step<C> {
  if (role.transfer === undefined) return unchanged(state);
  const { target, told, beats } = role.transfer;
  if (beats + 1 >= beatsOf(env.config)) {
    const reason = `${target} did not take over within an election timeout`;
    return {
      state: { ...state, role: { ...role, transfer: undefined } },
      effects: [{ type: "transferEnded", target, reason }],
    };
  }
  const next = { ...state, role: { ...role, transfer: { target, told, beats: beats + 1 } } };
  return { state: next, effects: told ? [timeoutNow(env, state, target)] : [] };
}

/**
 * This server's leader asks it to take over: it stands for election at once, without a pre-vote, and its requests say
 * that this is a transfer (dissertation 3.10, 4.2.3).
 */
export function onTimeoutNow<C>(env: Env<C>, state: State, from: NodeId): Step<C> {
  const { role } = state;
  if (role.type === "leader" || !mayStand(env, state)) return unchanged(state);
  if (role.type === "follower" && role.leader !== undefined && role.leader !== from)
    return unchanged(state);
  return becomeCandidate(env, state, true);
}

/** The other voter that holds the most of this leader's log. */
export function bestPlaced<C>(env: Env<C>, state: State): NodeId | undefined {
  const { role } = state;
  if (role.type !== "leader") return undefined;
  const { voters } = membershipOf(env, state);
  const matchOf = (node: NodeId): number => role.progress[node]?.match ?? INDEX_ZERO;
  return peersOf(env, state)
    .filter((node) => voters.includes(node))
    .reduce<NodeId | undefined>(
      (best, node) => (best === undefined || matchOf(node) > matchOf(best) ? node : best),
      undefined,
    );
}

/** Tells a server to stand for election. */
export function timeoutNow<C>(env: Env<C>, state: State, target: NodeId): Effect<C> {
  return send(peerOf(env, state, target), { type: "timeoutNow", term: state.term });
}

function beatsOf({ quorumBeats }: Config): number {
  return quorumBeats === 0 ? CONFIG_DEFAULTS.quorumBeats : quorumBeats;
}
