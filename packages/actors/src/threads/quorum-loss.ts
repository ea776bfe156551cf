import {
  decides,
  isVoter,
  majority,
  membersOf,
  uidOf,
  type Membership,
  type NodeId,
} from "@kontiki/core";
import type { Life } from "../mail/status.ts";
import type { KnownMembership } from "./node-reports.ts";

/** What a supervisor knows of a node. */
export type SupervisedNode = {
  readonly id: NodeId;
  readonly uid: number;
  readonly life: Life;
  /** What its thread reported; undefined before it has. */
  readonly membership: KnownMembership | undefined;
};

/**
 * Why no quorum can come unless a node is started, in one line; undefined when one may.
 *
 * Nodes that are stopped, or were given up, stay down until someone starts them. Any other node may vote: one that crashed
 * is restarted, and one that recovers its state may hold a membership that it has not reported yet. So without a quorum
 * the answer is certain only when all nodes that are not down run, and none of them is elected by its own membership, nor by
 * the newest that is known: who is elected by that holds it, but may not have reported it yet. If none of its voters holds it, it
 * is not committed, and the node that reported it may still stand (dissertation 4.2.2, Figure 4.6).
 *
 * Who holds a membership from before the newest committed one lacks that entry and is elected by nobody (3.6.3).
 *
 * @param last the last known membership, for when no node runs that has a newer one.
 */
export function quorumLoss(
  nodes: readonly SupervisedNode[],
  last: KnownMembership,
): string | undefined {
  const up = nodes.filter(({ life }) => !isDown(life));
  const known = up.flatMap((node) => (node.life.type === "running" ? (node.membership ?? []) : []));
  if (known.length < up.length) return undefined;
  const committed = [last, ...known].filter((each) => each.committed);
  const since = Math.max(...committed.map(({ index }) => index));
  const mayLead = up.some(({ id, uid, membership }) => {
    if (membership === undefined || membership.index < since) return false;
    const { membership: own } = membership;
    return isVoter(own, id) && uidOf(own, id) === uid && decides(own, votersOf(own, up));
  });
  const membership = newestMembership(known, last);
  if (mayLead || decides(membership, votersOf(membership, up))) return undefined;
  return lossIn(membership, nodes, up);
}

/** The newest of the memberships that nodes report. A last known one counts if it is committed, or if none is reported. */
export function newestMembership(
  known: readonly KnownMembership[],
  last: KnownMembership,
): Membership {
  const all = last.committed || known.length === 0 ? [...known, last] : known;
  return all.reduce((best, each) => (each.index > best.index ? each : best)).membership;
}

/**
 * Why the voters that take part now are not a majority, in one line; undefined when they are.
 *
 * @param stateOf what a node does instead; undefined for one that takes part.
 */
export function tooFew<N extends SupervisedNode>(
  membership: Membership,
  nodes: readonly N[],
  stateOf: (node: N) => string | undefined,
): string | undefined {
  const able = nodes.filter((node) => stateOf(node) === undefined);
  if (decides(membership, votersOf(membership, able))) return undefined;
  const voters = membersOf(membership).filter((node) => isVoter(membership, node));
  const missing = nodes
    .filter(({ id }) => voters.includes(id))
    .flatMap((node) => stateOf(node) ?? []);
  return missing.length === 0 ? undefined : `too few voters take part (${missing.join(", ")})`;
}

function isDown({ type }: Life): boolean {
  return type === "stopped" || type === "failed";
}

/** The nodes whose votes count in a membership: those with the disk that it names. */
function votersOf(membership: Membership, nodes: readonly SupervisedNode[]): readonly NodeId[] {
  return nodes.filter(({ id, uid }) => uidOf(membership, id) === uid).map(({ id }) => id);
}

function lossIn(
  membership: Membership,
  nodes: readonly SupervisedNode[],
  up: readonly SupervisedNode[],
): string {
  const counted = votersOf(membership, up);
  const halves = [membership.voters, membership.outgoing].filter((half) => half.length > 0);
  const lost = halves.find(
    (half) => half.filter((voter) => counted.includes(voter)).length < majority(half.length),
  );
  const voters = lost ?? membership.voters;
  const missing = voters.filter((voter) => !counted.includes(voter));
  const running = voters.length - missing.length;
  const states = missing.map(
    (voter) => `${voter} ${stateOf(nodes.find(({ id }) => id === voter))}`,
  );
  const those = `${running} of ${voters.length} voters ${running === 1 ? "runs" : "run"}`;
  return `no quorum can come: ${those}, and ${majority(voters.length)} must (${states.join(", ")})`;
}

function stateOf(node: SupervisedNode | undefined): string {
  if (node === undefined) return "is gone";
  if (node.life.type === "failed") return "has failed";
  return node.life.type === "stopped" ? "is stopped" : "has a new disk";
}
