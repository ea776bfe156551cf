import type { NodeId } from "./ids.ts";
import { isJoint, isMember, uidOf, type Membership, type Promotion } from "./membership.ts";

/** One requested change to one server. Several are applied in order and take effect together. */
export type Change =
  /** Make it a voter: a new server, with the uid of its disk, or a learner, with its present uid. */
  | { readonly type: "addVoter"; readonly node: NodeId; readonly uid: number }
  /**
   * Make it a learner: a new server, or a voter that loses its vote. With `promote` it becomes a voter automatically
   * once it has caught up, and `replaces`, if set, is removed in the same change.
   */
  | {
      readonly type: "addLearner";
      readonly node: NodeId;
      readonly uid: number;
      readonly promote: boolean;
      readonly replaces: NodeId | undefined;
    }
  /** Remove a member. Removing a server that is not a member changes nothing. */
  | { readonly type: "remove"; readonly node: NodeId };

/** The next membership, or why the change is not possible. */
export type Changed =
  | {
      readonly type: "changed";
      /** The next membership. It satisfies `assertMembership`. */
      readonly membership: Membership;
    }
  | {
      readonly type: "refused";
      /** One sentence without a full stop. */
      readonly reason: string;
    };

/**
 * Changes at most one voter, without an intermediate joint membership: any majority before and any majority after share
 * a server (dissertation 4.1).
 */
export function changeSimply(membership: Membership, changes: readonly Change[]): Changed {
  if (isJoint(membership)) return refused("a membership change is under way");
  const changed = apply(membership, changes);
  if (changed.type === "refused") return changed;
  if (votersChanged(membership, changed.membership) > 1)
    return refused("more than one voter changes: that requires a joint membership");
  return changed;
}

/**
 * Enters a joint membership: both majorities decide until it is left (§6, dissertation 4.3). A voter that is to become
 * a learner stays a voter of the outgoing half until then.
 */
export function enterJoint(membership: Membership, changes: readonly Change[]): Changed {
  if (isJoint(membership)) return refused("a membership change is under way");
  if (membership.voters.length === 0) return refused("the membership has no voters yet");
  const changed = apply(membership, changes);
  if (changed.type === "refused") return changed;
  const { membership: next } = changed;
  const outgoing = membership.voters;
  const learnersNext = next.learners.filter((node) => outgoing.includes(node));
  for (const node of outgoing)
    if (isMember(next, node) && uidOf(next, node) !== uidOf(membership, node))
      return refused(`${node} has a new disk: it must be changed in a change of its own`);
  const learners = next.learners.filter((node) => !learnersNext.includes(node));
  const uids = { ...next.uids };
  for (const node of outgoing)
    if (Object.hasOwn(membership.uids, node)) uids[node] = uidOf(membership, node);
  return { type: "changed", membership: { ...next, outgoing, learners, learnersNext, uids } };
}

/** Leaves a joint membership: the outgoing half no longer decides. */
export function leaveJoint(membership: Membership): Changed {
  if (!isJoint(membership)) return refused("the membership is not joint");
  const { learners, learnersNext } = membership;
  const next = {
    ...membership,
    outgoing: [],
    learners: [...learners, ...learnersNext],
    learnersNext: [],
  };
  return { type: "changed", membership: { ...next, uids: uidsOf(next) } };
}

/** The next membership for these changes: directly if that is safe, else through a joint one. */
export function changeMembership(membership: Membership, changes: readonly Change[]): Changed {
  const simple = apply(membership, changes);
  if (simple.type === "refused" || votersChanged(membership, simple.membership) > 1)
    return enterJoint(membership, changes);
  return changeSimply(membership, changes);
}

function apply(membership: Membership, changes: readonly Change[]): Changed {
  let next = membership;
  for (const change of changes) {
    const problem = problemOf(next, change, membership.lastUid);
    if (problem !== undefined) return refused(problem);
    next = applyOne(next, change);
  }
  if (next.voters.length === 0) return refused("no voter would be left");
  const promotions = next.promotions.filter(({ node }) => next.learners.includes(node));
  const whole = { ...next, promotions };
  return { type: "changed", membership: { ...whole, uids: uidsOf(whole) } };
}

function applyOne(membership: Membership, change: Change): Membership {
  const { node } = change;
  const rest: Membership = {
    ...membership,
    voters: membership.voters.filter((other) => other !== node),
    learners: membership.learners.filter((other) => other !== node),
    promotions: membership.promotions.filter((promotion) => promotion.node !== node),
  };
  if (change.type === "remove") return rest;
  const known = {
    ...rest,
    uids: change.uid === 0 ? rest.uids : { ...rest.uids, [node]: change.uid },
    lastUid: Math.max(rest.lastUid, change.uid),
  };
  if (change.type === "addVoter") return { ...known, voters: inPlace(membership, node) };
  const promotion: Promotion = { node, replaces: change.replaces };
  return {
    ...known,
    learners: [...known.learners, node],
    promotions: change.promote ? [...known.promotions, promotion] : known.promotions,
  };
}

/** The voters including `node`, which keeps its position if it already has one. */
function inPlace({ voters }: Membership, node: NodeId): readonly NodeId[] {
  return voters.includes(node) ? voters : [...voters, node];
}

/**
 * Checks the uid of a change: a new disk needs a uid that its server never had before; otherwise a member keeps its
 * uid.
 *
 * For a member it is known which uids it has had: none above its present one. For a server that is not a member they
 * are forgotten, so it needs a uid above all that were assigned before this change.
 *
 * @param lastUid the highest uid assigned so far.
 */
function problemOf(membership: Membership, change: Change, lastUid: number): string | undefined {
  if (change.type === "remove") return undefined;
  const { node, uid } = change;
  if (change.type === "addLearner" && change.replaces === node)
    return `${node} cannot replace itself`;
  const known = isMember(membership, node) ? uidOf(membership, node) : undefined;
  if (uid === known || (lastUid === 0 && uid === 0)) return undefined;
  const last = known ?? lastUid;
  if (uid <= last)
    return `uid ${uid} of ${node} was assigned before: a new disk needs one above ${last}`;
  return known !== undefined && change.type === "addVoter"
    ? `${node} is a voter with another disk: it must catch up first`
    : undefined;
}

function uidsOf(membership: Membership): Membership["uids"] {
  const known = Object.entries(membership.uids) as [NodeId, number][];
  return Object.fromEntries(known.filter(([node]) => isMember(membership, node)));
}

/** How many servers are voters in only one of the two memberships. A server with another disk is another server. */
function votersChanged(before: Membership, after: Membership): number {
  const votesIn = (membership: Membership, node: NodeId, uid: number): boolean =>
    membership.voters.includes(node) && uidOf(membership, node) === uid;
  const gone = before.voters.filter((node) => !votesIn(after, node, uidOf(before, node)));
  const come = after.voters.filter((node) => !votesIn(before, node, uidOf(after, node)));
  return gone.length + come.length;
}

function refused(reason: string): Changed {
  return { type: "refused", reason };
}
