import { isJoint, isMember, type Membership, type NodeId } from "@kontiki/core";
import type { NodeStatus, RaftStatus } from "../mail/status.ts";

/**
 * The current leader: of the nodes that report leading, the one with the latest term, unless a voter knows a later one.
 *
 * A leader that is on another host is known by the nodes here that follow it.
 *
 * The term of a node without a vote says nothing about the others. A leader that is about to be removed is no longer a
 * voter and keeps leading until that is committed (dissertation 4.2.2).
 */
export function currentLeader(
  nodes: readonly NodeStatus[],
  isElsewhere: (node: NodeId) => boolean = () => false,
): NodeId | undefined {
  const counts = ({ votes, role }: RaftStatus): boolean => votes || role === "leader";
  const terms = nodes.flatMap(({ raft }) =>
    raft !== undefined && counts(raft) ? [raft.term] : [],
  );
  const latest = Math.max(0, ...terms);
  const here = nodes.find(({ raft }) => raft?.role === "leader" && raft.term === latest);
  if (here !== undefined) return here.id;
  const followed = nodes.find(({ raft }) => raft?.leader !== undefined && raft.term === latest);
  const leader = followed?.raft?.leader;
  return leader !== undefined && isElsewhere(leader) ? leader : undefined;
}

/**
 * Whether the membership has settled, and all its members except stopped and failed ones run, follow one leader, and
 * have applied the whole log. Nodes that are not members, or no longer, do not count.
 */
export function haveConverged(
  nodes: readonly NodeStatus[],
  { membership, committed }: { readonly membership: Membership; readonly committed: boolean },
): boolean {
  if (!committed || isJoint(membership) || membership.promotions.length > 0) return false;
  const live = nodes.filter(
    ({ id, life }) => isMember(membership, id) && life.type !== "stopped" && life.type !== "failed",
  );
  const leader = live.find(({ id }) => id === currentLeader(live))?.raft;
  if (leader === undefined || leader.applied !== leader.last) return false;
  return live.every(
    ({ id, uid, raft }) =>
      (membership.uids[id] ?? 0) === uid &&
      raft?.leader === leader.leader &&
      raft?.term === leader.term &&
      raft.last === leader.last &&
      raft.commit === leader.last &&
      raft.applied === leader.last,
  );
}
