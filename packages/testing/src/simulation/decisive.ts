import { sameMembership, type InForce, type Membership, type State } from "@kontiki/core";

/** What one node knows of memberships. */
export type Known = Pick<State, "commit" | "memberships">;

/**
 * Every membership that may still decide: the last committed one that any node knows, and all later ones in any log, without
 * duplicates.
 *
 * A node's commit index says only that the entries of its own log are committed: another log may have another entry at the
 * same index, which the next leader cuts off.
 *
 * @param initial the membership at the beginning of the cluster.
 */
export function decisiveMemberships(
  nodes: readonly Known[],
  initial: Membership,
): readonly Membership[] {
  const isCommitted = ({ commit }: Known, { index }: InForce): boolean => index <= commit;
  const committed = nodes.flatMap((node) =>
    node.memberships.filter((each) => isCommitted(node, each)),
  );
  const last = committed.reduce<InForce | undefined>(
    (newest, each) => (each.index >= (newest?.index ?? 0) ? each : newest),
    undefined,
  );
  const open = nodes.flatMap((node) =>
    node.memberships.filter((each) => !isCommitted(node, each) && each.index >= (last?.index ?? 0)),
  );
  const found: Membership[] = [last?.membership ?? initial];
  for (const { membership } of open)
    if (!found.some((each) => sameMembership(each, membership))) found.push(membership);
  return found;
}
