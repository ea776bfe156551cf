import { isJoint, isMember, type Membership, type NodeId } from "@kontiki/core";
import type { NodeStatus, RaftStatus } from "../mail/status.ts";

/**
 * Who leads: of the nodes that say they do, the one of the latest term, unless a voter knows a later one.
 *
 * The term of a node that does not vote says nothing about the others. A leader that is about to be removed is no voter
 * any more and leads on until that is committed (dissertation 4.2.2).
 */
export function currentLeader(nodes: readonly NodeStatus[]): NodeId | undefined {
  const counts = ({ votes, role }: RaftStatus): boolean => votes || role === "leader";
  const terms = nodes.flatMap(({ raft }) =>
    raft !== undefined && counts(raft) ? [raft.term] : [],
  );
  const latest = Math.max(0, ...terms);
  return nodes.find(({ raft }) => raft?.role === "leader" && raft.term === latest)?.id;
}

/**
 * Whether the membership is at rest, and all its members but those that are stopped or failed run, follow one leader, and
 * have applied all there is. Nodes that are no members yet, or any more, do not count.
 */
export function haveConverged(
  nodes: readonly NodeStatus[],
  { membership, committed }: { readonly membership: Membership; readonly committed: boolean },
): boolean {
  if (!committed || isJoint(membership) || membership.promotions.length > 0) return false;
  const live = nodes.filter(
    ({ id, life }) => isMember(membership, id) && life.type !== "stopped" && life.type !== "failed",
  );
  const leader = live.find(({ id }) => id === currentLeader(nodes))?.raft;
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
