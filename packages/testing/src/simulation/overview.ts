import type { NodeActor } from "@kontiki/actors/node";
import {
  index,
  initialMembership,
  isMember,
  sameMembership,
  type InForce,
  type Membership,
  type NodeId,
} from "@kontiki/core";
import type { SimNode } from "./sim-node.ts";

/** The leader of the highest term among those that run and think that they lead. */
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

/** The membership that the leader goes by; without one the newest that any node goes by. */
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

/**
 * Every membership that may still decide: the one committed last, as far as any node knows, and all behind it that some
 * node goes by or may come to go by.
 */
export function membershipsIn(
  nodes: readonly SimNode[],
  voters: readonly NodeId[],
): readonly Membership[] {
  const actors = nodes.flatMap(({ last }) => (last?.actor === undefined ? [] : [last.actor]));
  const commit = actors.reduce((most, { state }) => Math.max(most, state.commit), 0);
  const known = [
    { index: index(0), membership: initialMembership(voters) },
    ...actors.flatMap((actor) => [...actor.state.memberships, actor.membership]),
  ];
  const committed = known.reduce(
    (last, each) => (each.index <= commit && each.index >= last ? each.index : last),
    index(0),
  );
  const found: Membership[] = [];
  for (const { index: at, membership } of known) {
    if (at < committed || found.some((each) => sameMembership(each, membership))) continue;
    found.push(membership);
  }
  return found;
}

/** Whether one leads, all members run and have applied what it has, and no change is under way. */
export function haveSettled(nodes: readonly SimNode[]): boolean {
  const leader = leaderOf(nodes)?.process?.actor;
  if (leader === undefined || !leader.membership.committed) return false;
  const { membership } = leader.membership;
  return nodes.every((node) => {
    if (!isMember(membership, node.id)) return true;
    const actor = node.process?.actor;
    return actor !== undefined && agree(actor, leader);
  });
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
