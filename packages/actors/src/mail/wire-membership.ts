import { assertMembership, type Membership, type NodeId, type Promotion } from "@kontiki/core";
import {
  fieldsOf,
  nodeOf,
  nodeOrNothing,
  whole,
  wholeAt,
  WireError,
  type Fields,
} from "./wire-fields.ts";

/** The most servers in any list of a membership: far more than is useful with Raft, and few enough to check each. */
export const MEMBERS_MAX = 255;

/** Encodes a membership as nested arrays: the lists in the order of the type, promotions and uids as flat pairs. */
export function membershipToWire(membership: Membership): Fields {
  const { voters, outgoing, learners, learnersNext, promotions, uids, lastUid } = membership;
  return [
    voters,
    outgoing,
    learners,
    learnersNext,
    promotions.flatMap(({ node, replaces }) => [node, replaces ?? null]),
    Object.entries(uids).flat(),
    lastUid,
  ];
}

/**
 * Decodes a membership. Nodes make decisions by it, so it must not only have the right shape but also be valid: see
 * `assertMembership`.
 *
 * @throws WireError or AssertionError for anything else.
 */
export function membershipFromWire(wire: unknown): Membership {
  const fields = fieldsOf(wire, "a membership");
  const [voters, outgoing, learners, learnersNext, promotions, uids] = fields;
  const membership: Membership = {
    voters: nodesOf(voters),
    outgoing: nodesOf(outgoing),
    learners: nodesOf(learners),
    learnersNext: nodesOf(learnersNext),
    promotions: pairsOf(promotions).map(([node, replaces]): Promotion => ({
      node: nodeOf(node),
      replaces: nodeOrNothing(replaces),
    })),
    uids: uidsOf(pairsOf(uids)),
    lastUid: wholeAt(fields, 6),
  };
  if (membership.voters.length === 0) throw new WireError("a cluster has at least one voter");
  assertMembership(membership);
  return membership;
}

function nodesOf(wire: unknown): readonly NodeId[] {
  return listOf(wire, MEMBERS_MAX).map(nodeOf);
}

function uidsOf(pairs: readonly (readonly [unknown, unknown])[]): Membership["uids"] {
  const known = pairs.map(([node, uid]) => [nodeOf(node), whole(uid)] as const);
  const uids = Object.fromEntries(known) as Record<NodeId, number>;
  if (Object.keys(uids).length < pairs.length) throw new WireError("a server has one uid");
  return uids;
}

function pairsOf(wire: unknown): readonly (readonly [unknown, unknown])[] {
  const flat = listOf(wire, 2 * MEMBERS_MAX);
  if (flat.length % 2 !== 0) throw new WireError("pairs are expected");
  return Array.from({ length: flat.length / 2 }, (_, at) => [flat[2 * at], flat[2 * at + 1]]);
}

function listOf(wire: unknown, max: number): Fields {
  const list = fieldsOf(wire, "a list of servers");
  if (list.length > max) throw new WireError(`a membership names at most ${MEMBERS_MAX} servers`);
  return list;
}
