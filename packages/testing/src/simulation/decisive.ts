import { sameMembership, type InForce, type Membership, type State } from "@kontiki/core";

/** What one node knows of memberships. */
export type Known = Pick<State, "commit" | "memberships">;

/**
 * Every membership that may still decide: the one committed last, as far as any node knows, and all behind it that are in
 * some log, without doubles.
 *
 * That an entry is committed is known only of a node's own log: another may hold another entry at the same index, which
 * the next leader cuts off.
 *
 * @param initial the membership that the cluster began with.
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
