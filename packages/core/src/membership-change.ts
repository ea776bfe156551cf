import type { NodeId } from "./ids.ts";
import { isJoint, isMember, uidOf, type Membership, type Promotion } from "./membership.ts";

/** One wish about one server. Several are made one after the other, and take effect together. */
export type Change =
  /** A voter from now on: a new server, with the uid of its disk, or a learner, with the uid it has. */
  | { readonly type: "addVoter"; readonly node: NodeId; readonly uid: number }
  /**
   * A learner from now on: a new server, or a voter that loses its vote. With `promote` it becomes a voter by itself
   * when it has caught up, in the place of `replaces` if that is named.
   */
  | {
      readonly type: "addLearner";
      readonly node: NodeId;
      readonly uid: number;
      readonly promote: boolean;
      readonly replaces: NodeId | undefined;
    }
  /** No member any more. Removing a stranger changes nothing. */
  | { readonly type: "remove"; readonly node: NodeId };

/** A membership to come, or why there is none. */
export type Changed =
  | { readonly type: "changed"; readonly membership: Membership }
  | { readonly type: "refused"; readonly reason: string };

/**
 * Changes at most one voter, without a joint membership between: majorities before and after share a server
 * (dissertation 4.1).
 */
export function changeSimply(membership: Membership, changes: readonly Change[]): Changed {
  if (isJoint(membership)) return refused("a membership change is under way");
  const changed = apply(membership, changes);
  if (changed.type === "refused") return changed;
  if (votersChanged(membership, changed.membership) > 1)
    return refused("more than one voter changes: that takes a joint membership");
  return changed;
}

/**
 * Enters a joint membership: from here on both majorities decide, until it is left (§6, dissertation 4.3). A voter
 * that is to be a learner stays a voter of the outgoing half until then.
 */
export function enterJoint(membership: Membership, changes: readonly Change[]): Changed {
  if (isJoint(membership)) return refused("a membership change is under way");
  if (membership.voters.length === 0) return refused("there are no voters to begin with");
  const changed = apply(membership, changes);
  if (changed.type === "refused") return changed;
  const { membership: next } = changed;
  const outgoing = membership.voters;
  const learnersNext = next.learners.filter((node) => outgoing.includes(node));
  for (const node of outgoing)
    if (isMember(next, node) && uidOf(next, node) !== uidOf(membership, node))
      return refused(`${node} has a new disk: only a change of its own may say so`);
  const learners = next.learners.filter((node) => !learnersNext.includes(node));
  const uids = { ...next.uids };
  for (const node of outgoing) if (node in membership.uids) uids[node] = uidOf(membership, node);
  return { type: "changed", membership: { ...next, outgoing, learners, learnersNext, uids } };
}

/** Leaves a joint membership: the outgoing half decides no more. */
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

/** The next membership for these wishes: at once if that is safe, else joint. */
export function changeMembership(membership: Membership, changes: readonly Change[]): Changed {
  const simple = apply(membership, changes);
  if (simple.type === "refused" || votersChanged(membership, simple.membership) > 1)
    return enterJoint(membership, changes);
  return changeSimply(membership, changes);
}

function apply(membership: Membership, changes: readonly Change[]): Changed {
  let next = membership;
  for (const change of changes) {
    const problem = uidProblem(next, change);
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

/** The voters with `node` among them, which keeps its place if it has one. */
function inPlace({ voters }: Membership, node: NodeId): readonly NodeId[] {
  return voters.includes(node) ? voters : [...voters, node];
}

/**
 * A new disk has a uid that was never given to one of its name; otherwise a member keeps the one it has. What a stranger
 * had before is known no more, so its uid is above all that were ever given. A member's is above its own: others may have
 * got higher ones between the day it got its disk and the day it is heard of.
 */
function uidProblem(membership: Membership, change: Change): string | undefined {
  if (change.type === "remove") return undefined;
  const { node, uid } = change;
  const before = (known: number): string =>
    `uid ${uid} of ${node} was given before: a new disk gets one above ${known}`;
  const { lastUid } = membership;
  if (!isMember(membership, node))
    return uid > lastUid || (lastUid === 0 && uid === 0) ? undefined : before(lastUid);
  const own = uidOf(membership, node);
  if (uid < own) return before(own);
  return uid > own && change.type === "addVoter"
    ? `${node} votes with another disk: it must catch up first`
    : undefined;
}

function uidsOf(membership: Membership): Membership["uids"] {
  const known = Object.entries(membership.uids) as [NodeId, number][];
  return Object.fromEntries(known.filter(([node]) => isMember(membership, node)));
}

/** How many servers vote in one of the two memberships only. One with another disk is another server. */
function votersChanged(before: Membership, after: Membership): number {
  const same = (node: NodeId): boolean => uidOf(before, node) === uidOf(after, node);
  const gone = before.voters.filter((node) => !after.voters.includes(node) || !same(node));
  const come = after.voters.filter((node) => !before.voters.includes(node) || !same(node));
  return gone.length + come.length;
}

function refused(reason: string): Changed {
  return { type: "refused", reason };
}
