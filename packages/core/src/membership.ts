import { assert } from "./assert.ts";
import type { Index, NodeId } from "./ids.ts";

/**
 * Who belongs to the cluster, and in which way (dissertation chapter 4).
 *
 * While `outgoing` is not empty the membership is joint: every decision needs a majority of `voters` and a majority
 * of `outgoing` (§6, dissertation 4.3).
 */
export type Membership = {
  /** Those whose votes decide. While joint, the voters of the membership to come. */
  readonly voters: readonly NodeId[];
  /** While joint, the voters of the membership that is left; else empty. */
  readonly outgoing: readonly NodeId[];
  /** Those who get the log and have no vote (dissertation 4.2.1). None of them is a voter of either half. */
  readonly learners: readonly NodeId[];
  /** Voters of `outgoing` that become learners when the joint membership is left. */
  readonly learnersNext: readonly NodeId[];
  /** Learners, now or next, that become voters by themselves when they have caught up. */
  readonly promotions: readonly Promotion[];
  /**
   * Which disk a member has, for those that got one after the cluster began; 0 for the others.
   *
   * A promise belongs to a disk: a server whose disk was wiped, or that was removed and is added again, is another
   * server of the same name, and what the earlier one said about votes and entries does not bind or serve it.
   */
  readonly uids: Readonly<Record<NodeId, number>>;
  /**
   * The highest uid ever given. A server that is added gets a higher one, and so does a member with a new disk than it
   * had itself, so that no two of a name are ever mixed up.
   */
  readonly lastUid: number;
};

/** Another server, and which disk it has. See `Membership.uids`. */
export type Peer = {
  /** Its name. */
  readonly node: NodeId;
  /** Its disk. */
  readonly uid: number;
};

/** A membership, and the entry from which on it is in force; or the snapshot's last entry, if it came with one. */
export type InForce = {
  /** From this entry on. */
  readonly index: Index;
  /** Who belongs to the cluster. */
  readonly membership: Membership;
};

/** A learner on its way to a vote, and the voter whose place it takes, if it takes one. */
export type Promotion = {
  /** The learner. */
  readonly node: NodeId;
  /** Who is removed in the same change. */
  readonly replaces: NodeId | undefined;
};

/** The membership that a cluster begins with: these voters, each with the disk it began with. */
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

/** Whether two majorities are needed. */
export function isJoint(membership: Membership): boolean {
  return membership.outgoing.length > 0;
}

/** Whether this server's vote counts, in either half. */
export function isVoter({ voters, outgoing }: Membership, node: NodeId): boolean {
  return voters.includes(node) || outgoing.includes(node);
}

/** Whether it belongs to the cluster in any way. */
export function isMember(membership: Membership, node: NodeId): boolean {
  return isVoter(membership, node) || membership.learners.includes(node);
}

/** Everybody who belongs to the cluster, nobody twice: voters first. */
export function membersOf({ voters, outgoing, learners }: Membership): readonly NodeId[] {
  if (outgoing.length === 0 && learners.length === 0) return voters;
  return [...new Set([...voters, ...outgoing, ...learners])];
}

/** The disk that the cluster knows a server by: 0 for the one it began with. */
export function uidOf({ uids }: Membership, node: NodeId): number {
  return Object.hasOwn(uids, node) ? (uids[node] ?? 0) : 0;
}

/** Whether two memberships are the same. */
export function sameMembership(a: Membership, b: Membership): boolean {
  return a === b || JSON.stringify(canonical(a)) === JSON.stringify(canonical(b));
}

/** Claims about a membership alone. @throws AssertionError for the one that does not hold. */
export function assertMembership(membership: Membership): void {
  const { voters, outgoing, learners, learnersNext, promotions, uids, lastUid } = membership;
  for (const [name, nodes] of Object.entries({ voters, outgoing, learners, learnersNext }))
    assert(new Set(nodes).size === nodes.length, () => `${name}: nobody stands there twice`);
  for (const learner of learners)
    assert(!isVoter(membership, learner), () => `${learner} is a learner and a voter`);
  for (const node of learnersNext)
    assert(
      outgoing.includes(node) && !voters.includes(node),
      () => `${node} becomes a learner and so is an outgoing voter`,
    );
  for (const { node } of promotions)
    assert(
      learners.includes(node) || learnersNext.includes(node),
      () => `${node} is to be promoted and so is a learner, or becomes one`,
    );
  for (const node of Object.keys(uids) as NodeId[]) {
    assert(isMember(membership, node), () => `${node} has a uid and so is a member`);
    assert(
      uidOf(membership, node) <= lastUid,
      () => `the uid of ${node} is at most the last one given`,
    );
  }
}

/** Order means nothing in a membership. */
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
