import { isMember, type Membership, type NodeId } from "@kontiki/core";
import type { KnownMembership } from "./node-reports.ts";

/** A node, and the membership that its thread last reported; undefined before it has reported one. */
type Reporting = { readonly id: NodeId; readonly membership: KnownMembership | undefined };

/**
 * The nodes without those that have left: a node may run on when its removal is committed. Its log ends before that entry, so
 * no member elects it (dissertation 3.6.3), and what it holds of terms and voters says nothing about the others.
 *
 * A node that a later membership names, even if that is not committed, has not left, nor has one that has reported nothing yet.
 *
 * @param committed a committed membership of the cluster, if one is known; the nodes may report a newer one.
 */
export function withoutDeparted<N extends Reporting>(
  nodes: readonly N[],
  committed?: KnownMembership,
): readonly N[] {
  const newest = newestCommitted(nodes, committed);
  if (newest === undefined) return nodes;
  const inForce = nodes.flatMap(({ membership }) =>
    membership !== undefined && membership.index >= newest.index ? membership : [],
  );
  const isNamed = (id: NodeId): boolean =>
    [newest, ...inForce].some(({ membership }) => isMember(membership, id));
  return nodes.filter(
    ({ id, membership }) =>
      membership === undefined || membership.index >= newest.index || isNamed(id),
  );
}

/**
 * The memberships of which one is in force while it is not known who leads: the newest one that is known to be committed, and
 * all later ones, each of which may yet be undone or committed (dissertation 4.1).
 *
 * @param committed a committed membership of the cluster; the nodes may report a newer one.
 */
export function possibleMemberships(
  nodes: readonly Pick<Reporting, "membership">[],
  committed: KnownMembership,
): readonly Membership[] {
  const newest = newestCommitted(nodes, committed);
  const later = nodes.flatMap(({ membership }) =>
    membership !== undefined && membership.index > newest.index ? membership : [],
  );
  return [newest, ...later].map(({ membership }) => membership);
}

/** The newest committed membership: `known`, or a newer one that a node reports. */
export function newestCommitted<K extends KnownMembership | undefined>(
  nodes: readonly Pick<Reporting, "membership">[],
  known: K,
): KnownMembership | K {
  return nodes
    .flatMap(({ membership }) => (membership?.committed === true ? membership : []))
    .reduce<KnownMembership | K>(
      (best, each) => (best === undefined || each.index > best.index ? each : best),
      known,
    );
}
