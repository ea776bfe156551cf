import {
  isJoint,
  isMember,
  membersOf,
  uidOf,
  type Index,
  type Membership,
  type NodeId,
} from "@kontiki/core";
import type { LeaderMembership } from "../threads/cluster-view.ts";

/** A node as a member of the cluster. */
export type Member = {
  /** Its name. */
  readonly id: NodeId;
  /**
   * Its role (dissertation chapter 4). `voter`: its vote decides. `learner`: it gets the log and has no vote.
   * `joining`: a learner that becomes a voter automatically once it has caught up, or a new voter of a membership that
   * is being entered. `leaving`: a voter of the membership that is being left.
   */
  readonly role: "voter" | "learner" | "joining" | "leaving";
  /** The uid of its disk: 0 for its first. */
  readonly uid: number;
};

/** The members of a cluster, as its leader knows them. */
export type Members = {
  /** The leader. */
  readonly leader: NodeId;
  /** The log entry from which on this membership is in force; 0 for the initial one. */
  readonly index: Index;
  /** Whether it is committed. The next change can begin only then. */
  readonly committed: boolean;
  /** The members: voters first. */
  readonly members: readonly Member[];
};

/** Converts a membership to a list for people. */
export function membersIn({ leader, index, membership, committed }: LeaderMembership): Members {
  const members = membersOf(membership).map((id) => ({
    id,
    role: roleOf(membership, id),
    uid: uidOf(membership, id),
  }));
  return { leader, index, committed, members };
}

/** Whether a node is a voter now, and stays one after a change in progress. */
export function isFullVoter(membership: Membership, node: NodeId): boolean {
  return isMember(membership, node) && roleOf(membership, node) === "voter";
}

/**
 * Whether a node is a member or may become one with the disk that it has. A leader takes only a number that was not assigned
 * before, so one that has left needs another disk, and so does one whose addition was given up before that of another.
 */
export function mayBeMember(membership: Membership, node: NodeId, uid: number): boolean {
  const { lastUid } = membership;
  return isMember(membership, node) || uid > lastUid || (uid === 0 && lastUid === 0);
}

function roleOf(membership: Membership, node: NodeId): Member["role"] {
  const { voters, outgoing, promotions } = membership;
  if (voters.includes(node))
    return isJoint(membership) && !outgoing.includes(node) ? "joining" : "voter";
  if (outgoing.includes(node)) return "leaving";
  return promotions.some((promotion) => promotion.node === node) ? "joining" : "learner";
}
