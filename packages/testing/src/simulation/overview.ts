import type { NodeActor } from "@kontiki/actors/node";
import {
  index,
  initialMembership,
  isJoint,
  isMember,
  type InForce,
  type Membership,
  type NodeId,
  uidOf,
} from "@kontiki/core";
import { decisiveMemberships } from "./decisive.ts";
import type { SimNode } from "./sim-node.ts";

/** The leader of the highest term among the running nodes that believe that they lead. */
export function leaderOf(nodes: readonly SimNode[]): SimNode | undefined {
  let found: SimNode | undefined;
  for (const node of nodes) {
    const actor = node.process?.actor;
    if (actor === undefined || !actor.leads) continue;
    const best = found?.process?.actor;
    if (best === undefined || actor.state.term > best.state.term) found = node;
  }
  return found;
}

/** The membership that the leader uses; without a leader the newest that any node uses. */
export function membershipIn(nodes: readonly SimNode[], voters: readonly NodeId[]): Membership {
  const leader = leaderOf(nodes)?.process?.actor;
  if (leader !== undefined) return leader.membership.membership;
  let newest: InForce = { index: index(0), membership: initialMembership(voters) };
  for (const { last } of nodes) {
    const known = last?.actor?.membership;
    if (known !== undefined && known.index >= newest.index) newest = known;
  }
  return newest.membership;
}

/** Every membership that may still decide, from what the nodes know or knew when their processes ended. */
export function membershipsIn(
  nodes: readonly SimNode[],
  voters: readonly NodeId[],
): readonly Membership[] {
  const known = nodes.flatMap(({ last }) => (last?.actor === undefined ? [] : [last.actor.state]));
  return decisiveMemberships(known, initialMembership(voters));
}

/**
 * Whether there is a leader, all members run and have applied what it has, and no change is in progress: a leader leaves a joint
 * membership (§6), and promotes a learner that has caught up (dissertation 4.2.1).
 */
export function haveSettled(nodes: readonly SimNode[]): boolean {
  const leader = leaderOf(nodes)?.process?.actor;
  if (leader === undefined || !leader.membership.committed) return false;
  const { membership } = leader.membership;
  if (isJoint(membership) || isPromoting(nodes, membership)) return false;
  return nodes.every((node) => {
    if (!isMember(membership, node.id)) return true;
    const actor = node.process?.actor;
    return actor !== undefined && agree(actor, leader);
  });
}

/** A learner that is not there, or has another disk by now, cannot catch up. */
function isPromoting(nodes: readonly SimNode[], membership: Membership): boolean {
  return membership.promotions.some(({ node }) =>
    nodes.some(({ id, uid }) => id === node && uid === uidOf(membership, node)),
  );
}

function agree(actor: NodeActor, leader: NodeActor): boolean {
  const last = leader.log.lastIndex;
  return (
    actor.log.lastIndex === last &&
    actor.applied === last &&
    actor.state.term === leader.state.term &&
    actor.state.horizon === undefined
  );
}
