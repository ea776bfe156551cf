import { assert } from "./assert.ts";
import { INDEX_ZERO, type Index, type NodeId } from "./ids.ts";
import { isJoint, type Membership } from "./membership.ts";

/** The smallest number of servers that any two majorities of `size` share one of: more than half (§5.2). */
export function majority(size: number): number {
  assert(Number.isSafeInteger(size) && size > 0, "a cluster has at least one server");
  return Math.floor(size / 2) + 1;
}

/** Whether `granted` holds a majority of `voters`. Grants of others, and of the same server twice, do not count. */
export function isQuorum(voters: readonly NodeId[], granted: readonly NodeId[]): boolean {
  return voters.filter((voter) => granted.includes(voter)).length >= majority(voters.length);
}

/**
 * The highest index that a majority of `voters` holds, by what each is known to hold (§5.3).
 *
 * @example
 * ```ts
 * import { index, nodeId, quorumIndex } from "@kontiki/core";
 *
 * const match = new Map([["a", 7], ["b", 5], ["c", 2]]);
 * const held = quorumIndex(["a", "b", "c"].map(nodeId), (voter) => index(match.get(voter) ?? 0));
 * console.log(held); // 5
 * ```
 */
export function quorumIndex(voters: readonly NodeId[], matchOf: (voter: NodeId) => Index): Index {
  return reachedByMajority(voters, matchOf) ?? INDEX_ZERO;
}

/** Whether `granted` decides in a membership: a majority, of both halves while it is joint (§6, dissertation 4.3). */
export function decides(membership: Membership, granted: readonly NodeId[]): boolean {
  if (!isQuorum(membership.voters, granted)) return false;
  return !isJoint(membership) || isQuorum(membership.outgoing, granted);
}

/** What a vote comes to: while some have not answered it may be open. */
export type Verdict = "won" | "lost" | "pending";

/** The verdict of a vote, by who granted and who refused. */
export function verdict(
  membership: Membership,
  granted: readonly NodeId[],
  refused: readonly NodeId[],
): Verdict {
  if (decides(membership, granted)) return "won";
  const hopeful = [...membership.voters, ...membership.outgoing].filter(
    (voter) => !refused.includes(voter),
  );
  return decides(membership, hopeful) ? "pending" : "lost";
}

/**
 * The highest number that those who decide have reached, be it an index or a round: a majority, of each half while the
 * membership is joint.
 */
export function decided<N extends number>(
  membership: Membership,
  reachedBy: (voter: NodeId) => N,
): N | undefined {
  const reached = reachedByMajority(membership.voters, reachedBy);
  if (!isJoint(membership)) return reached;
  const before = reachedByMajority(membership.outgoing, reachedBy);
  if (reached === undefined || before === undefined) return undefined;
  return reached < before ? reached : before;
}

function reachedByMajority<N extends number>(
  voters: readonly NodeId[],
  reachedBy: (voter: NodeId) => N,
): N | undefined {
  const sorted = voters.map(reachedBy).sort((a, b) => b - a);
  return sorted[majority(sorted.length) - 1];
}
