import type { Effect } from "./effect.ts";
import type { Entry } from "./entry.ts";
import { indexAfter, type NodeId } from "./ids.ts";
import { isChanging, membershipOf, peersOf, withLog } from "./in-force.ts";
import { changeMembership, leaveJoint, type Change } from "./membership-change.ts";
import {
  isJoint,
  isMember,
  sameMembership,
  uidOf,
  type Membership,
  type Peer,
} from "./membership.ts";
import { initialProgress, type Progress } from "./progress.ts";
import { knowsCommitted } from "./read.ts";
import { announce } from "./replicate.ts";
import {
  andThen,
  leaderOf,
  unchanged,
  type Env,
  type Leader,
  type State,
  type Step,
} from "./state.ts";
import { bestPlaced, timeoutNow } from "./transfer.ts";
import { stepDown } from "./transition.ts";

/**
 * Handles a membership change (§6, dissertation chapter 4): one at a time, and only after an entry of the leader's own
 * term is committed. Otherwise an earlier leader's change that this one does not know of could be in force elsewhere,
 * and two majorities that share no server could decide (the 2015 correction of dissertation 4.1).
 */
export function onChangeMembership<C>(
  env: Env<C>,
  state: State,
  changes: readonly Change[],
): Step<C> {
  const taken = tryChange(env, state, changes);
  if (typeof taken !== "string") {
    const index = indexAfter(env.log.lastIndex);
    return { state: taken.state, effects: [...taken.effects, { type: "changeTaken", index }] };
  }
  return { state, effects: [{ type: "rejectChange", reason: taken }] };
}

/**
 * A member returned with another disk: it has forgotten its promises. It loses its vote, catches up as a learner, and
 * then gets a vote for its new disk. Removing its vote needs no answer from it, and is safe because it changes a single
 * voter (dissertation 4.1). If the change cannot be made now, the member asks again.
 */
export function onRejoin<C>(env: Env<C>, state: State, { node, uid }: Peer): Step<C> {
  const membership = membershipOf(env, state);
  const promotion = membership.promotions.find((wanted) => wanted.node === node);
  const promote = promotion !== undefined || membership.voters.includes(node);
  const replaces = promotion?.replaces;
  const change = { type: "addLearner", node, uid, promote, replaces } as const;
  const taken = tryChange(env, state, [change]);
  return typeof taken === "string" ? unchanged(state) : taken;
}

/**
 * Does what a committed membership requires: leaves a joint one, makes a leader that is not in it step down
 * (dissertation 4.2.2), and promotes a learner that has caught up.
 */
export function continueMembershipChange<C>(env: Env<C>, state: State): Step<C> {
  const { role } = state;
  if (role.type !== "leader" || isChanging(state)) return unchanged(state);
  const membership = membershipOf(env, state);
  if (isJoint(membership)) {
    const left = leaveJoint(membership);
    return left.type === "changed"
      ? appendMembership(env, state, role, left.membership)
      : unchanged(state);
  }
  if (!membership.voters.includes(env.config.id)) return handOver(env, state);
  return promote(env, state, role, membership);
}

/**
 * Promotes the first learner that has caught up (dissertation 4.2.1): it holds everything that is committed, and gets
 * new entries as they are appended. So the larger majority waits for no server that the smaller one did not wait for.
 */
function promote<C>(env: Env<C>, state: State, role: Leader, membership: Membership): Step<C> {
  const ready = membership.promotions.find(({ node }) => {
    const progress = role.progress[node];
    return progress?.type === "replicate" && progress.match >= state.commit;
  });
  if (ready === undefined) return unchanged(state);
  const { node, replaces } = ready;
  const add: Change = { type: "addVoter", node, uid: uidOf(membership, node) };
  const remove: readonly Change[] =
    replaces === undefined ? [] : [{ type: "remove", node: replaces }];
  const taken = tryChange(env, state, [add, ...remove]);
  return typeof taken === "string" ? unchanged(state) : taken;
}

/** A removed leader tells all members the commit index, and tells the best-placed one to stand for election. */
function handOver<C>(env: Env<C>, state: State): Step<C> {
  const target = bestPlaced(env, state);
  const told: Step<C> = andThen(announce(env, state), (next) => ({
    state: next,
    effects: target === undefined ? [] : [timeoutNow(env, next, target)],
  }));
  return andThen(told, (next) =>
    next.role.type === "leader" ? stepDown(next, next.role) : unchanged(next),
  );
}

/** The step that begins a change, or the reason why it cannot begin. */
function tryChange<C>(env: Env<C>, state: State, changes: readonly Change[]): Step<C> | string {
  const { role } = state;
  if (role.type !== "leader") {
    const leader = leaderOf(env.config, state);
    return `this server does not lead${leader === undefined ? "" : `: ${leader} does`}`;
  }
  if (role.transfer !== undefined) return "leadership is being transferred";
  const before = membershipOf(env, state);
  if (isChanging(state) || isJoint(before)) return "a membership change is under way";
  if (!knowsCommitted(env, state)) return "the leader has not committed an entry of its term yet";
  const changed = changeMembership(before, changes);
  if (changed.type === "refused") return changed.reason;
  if (sameMembership(before, changed.membership)) return "the membership is already as requested";
  return appendMembership(env, state, role, changed.membership);
}

/** Appends a membership, which is in force from this entry on, and keeps the progress of its members. */
function appendMembership<C>(
  env: Env<C>,
  state: State,
  role: Leader,
  membership: Membership,
): Step<C> {
  const index = indexAfter(env.log.lastIndex);
  const entry: Entry<C> = { type: "membership", index, term: state.term, membership };
  const before = membershipOf(env, state);
  const next = withLog(state, undefined, [entry]);
  const progress: Record<NodeId, Progress> = {};
  for (const node of peersOf(env, next)) {
    const known = role.progress[node];
    const same = isMember(before, node) && uidOf(before, node) === uidOf(membership, node);
    progress[node] = known !== undefined && same ? known : initialProgress(env.log.lastIndex);
  }
  const effects: readonly Effect<C>[] = [{ type: "appendLog", entries: [entry] }];
  return { state: { ...next, role: { ...role, progress } }, effects };
}
