import type { Membership, NodeId } from "@kontiki/core";

/**
 * Whether these nodes decide for a membership: a majority, of both halves while it is joint (§6, dissertation 4.3). It is
 * written again here: a claim that asked the code under test would repeat its errors.
 */
export function haveDecided(
  { voters, outgoing }: Pick<Membership, "voters" | "outgoing">,
  nodes: readonly NodeId[],
): boolean {
  const areMost = (half: readonly NodeId[]): boolean =>
    2 * half.filter((voter) => nodes.includes(voter)).length > half.length;
  return areMost(voters) && (outgoing.length === 0 || areMost(outgoing));
}
