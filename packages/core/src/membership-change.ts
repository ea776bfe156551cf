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
  | {
      readonly type: "changed";
      /** The one to come. It keeps all that `assertMembership` claims. */
      readonly membership: Membership;
    }
  | {
      readonly type: "refused";
      /** One sentence without a full stop. */
      readonly reason: string;
    };

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
  for (const node of outgoing)
    if (Object.hasOwn(membership.uids, node)) uids[node] = uidOf(membership, node);
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

/** The voters with `node` among them, which keeps its place if it has one. */
function inPlace({ voters }: Membership, node: NodeId): readonly NodeId[] {
  return voters.includes(node) ? voters : [...voters, node];
}

/**
 * A new disk has a uid that its server never had before; otherwise a member keeps the one it has.
 *
 * Of a member it is known which disks it has had: none above the present one. Which ones a stranger had is forgotten, so
 * it needs a uid above all that were given before this change.
 *
 * @param lastUid the last one given before.
 */
function problemOf(membership: Membership, change: Change, lastUid: number): string | undefined {
  if (change.type === "remove") return undefined;
  const { node, uid } = change;
  if (change.type === "addLearner" && change.replaces === node)
    return `${node} cannot take its own place`;
  const known = isMember(membership, node) ? uidOf(membership, node) : undefined;
  if (uid === known || (lastUid === 0 && uid === 0)) return undefined;
  const last = known ?? lastUid;
  if (uid <= last)
    return `uid ${uid} of ${node} was given before: a new disk gets one above ${last}`;
  return known !== undefined && change.type === "addVoter"
    ? `${node} votes with another disk: it must catch up first`
    : undefined;
}

function uidsOf(membership: Membership): Membership["uids"] {
  const known = Object.entries(membership.uids) as [NodeId, number][];
  return Object.fromEntries(known.filter(([node]) => isMember(membership, node)));
}

/** How many servers vote in one of the two memberships only. A server with another disk is another server. */
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
