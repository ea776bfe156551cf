import { assert } from "./assert.ts";
import type { Index, NodeId } from "./ids.ts";

/**
 * Who belongs to the cluster, and in which way (dissertation chapter 4).
 *
 * While `outgoing` is not empty the membership is joint: every decision needs a majority of `voters` and a majority
 * of `outgoing` (§6, dissertation 4.3).
 */
export type Membership = {
  /** The servers whose votes decide. While joint, the voters of the next membership. */
  readonly voters: readonly NodeId[];
  /** While joint, the voters of the previous membership; else empty. */
  readonly outgoing: readonly NodeId[];
  /** Servers that receive the log and have no vote (dissertation 4.2.1). None of them is a voter of either half. */
  readonly learners: readonly NodeId[];
  /** Voters of `outgoing` that become learners when the joint membership is left. */
  readonly learnersNext: readonly NodeId[];
  /** Present or future learners that become voters automatically once they have caught up. */
  readonly promotions: readonly Promotion[];
  /**
   * Which disk a member has, for members that got one after the cluster began; 0 for the others.
   *
   * A promise belongs to a disk: a server whose disk was wiped, or that was removed and added again, is a different
   * server with the same name. Votes and acknowledgements of the earlier one neither bind nor help it.
   */
  readonly uids: Readonly<Record<NodeId, number>>;
  /**
   * The highest uid ever assigned. An added server gets a higher one; a member with a new disk gets a higher one than
   * its own. So two servers with the same name are never confused.
   */
  readonly lastUid: number;
};

/** Another server and its disk. See `Membership.uids`. */
export type Peer = {
  /** Its name. */
  readonly node: NodeId;
  /** Its disk. */
  readonly uid: number;
};

/** A membership and the entry that put it in force; or the snapshot's last entry, if it came with one. */
export type InForce = {
  /** In force from this entry on. */
  readonly index: Index;
  /** Who belongs to the cluster. */
  readonly membership: Membership;
};

/** A learner that is to become a voter, and the voter that it replaces, if any. */
export type Promotion = {
  /** The learner. */
  readonly node: NodeId;
  /** The voter that is removed in the same change. */
  readonly replaces: NodeId | undefined;
};

/** The membership that a cluster begins with: these voters, each with its first disk. */
export function initialMembership(voters: readonly NodeId[]): Membership {
  return {
    voters,
    outgoing: [],
    learners: [],
    learnersNext: [],
    promotions: [],
    uids: {},
    lastUid: 0,
  };
}

/** Whether a decision needs two majorities. */
export function isJoint(membership: Membership): boolean {
  return membership.outgoing.length > 0;
}

/** Whether this server's vote counts, in either half. */
export function isVoter({ voters, outgoing }: Membership, node: NodeId): boolean {
  return voters.includes(node) || outgoing.includes(node);
}

/** Whether the server belongs to the cluster in any way. */
export function isMember(membership: Membership, node: NodeId): boolean {
  return isVoter(membership, node) || membership.learners.includes(node);
}

/** All members without duplicates, voters first. */
export function membersOf({ voters, outgoing, learners }: Membership): readonly NodeId[] {
  if (outgoing.length === 0 && learners.length === 0) return voters;
  return [...new Set([...voters, ...outgoing, ...learners])];
}

/** The uid of the disk that the cluster expects of a server: 0 for its first. */
export function uidOf({ uids }: Membership, node: NodeId): number {
  return Object.hasOwn(uids, node) ? (uids[node] ?? 0) : 0;
}

/** Whether two memberships are equal, apart from the order of their lists. */
export function sameMembership(a: Membership, b: Membership): boolean {
  return a === b || JSON.stringify(canonical(a)) === JSON.stringify(canonical(b));
}

/** Checks the invariants of a membership. @throws AssertionError for the first that is broken. */
export function assertMembership(membership: Membership): void {
  const { voters, outgoing, learners, learnersNext, promotions, uids, lastUid } = membership;
  for (const [name, nodes] of Object.entries({ voters, outgoing, learners, learnersNext }))
    assert(new Set(nodes).size === nodes.length, () => `${name}: no server is listed twice`);
  for (const learner of learners)
    assert(!isVoter(membership, learner), () => `${learner} is a learner and a voter`);
  for (const node of learnersNext)
    assert(
      outgoing.includes(node) && !voters.includes(node),
      () => `${node} becomes a learner, so it must be an outgoing voter`,
    );
  for (const { node } of promotions)
    assert(
      learners.includes(node) || learnersNext.includes(node),
      () => `${node} is to be promoted, so it must be a learner or become one`,
    );
  for (const node of Object.keys(uids) as NodeId[]) {
    assert(isMember(membership, node), () => `${node} has a uid, so it must be a member`);
    assert(
      uidOf(membership, node) <= lastUid,
      () => `the uid of ${node} is at most the last one assigned`,
    );
  }
}

/** The order of a membership's lists has no meaning. */
function canonical(membership: Membership): readonly unknown[] {
  const { voters, outgoing, learners, learnersNext, promotions, uids, lastUid } = membership;
  const promoted = promotions.map(({ node, replaces }) => `${node} ${replaces ?? ""}`);
  const disks = Object.entries(uids).map(([node, uid]) => `${node} ${uid}`);
  const sets: readonly (readonly string[])[] = [
    voters,
    outgoing,
    learners,
    learnersNext,
    promoted,
    disks,
  ];
  return [...sets.map((names) => names.toSorted()), lastUid];
}
