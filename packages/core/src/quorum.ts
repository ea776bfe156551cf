import { assert } from "./assert.ts";
import { INDEX_ZERO, type Index, type NodeId } from "./ids.ts";
import { isJoint, type Membership } from "./membership.ts";

/** The size of a majority of `size` servers: any two majorities share a server (§5.2). */
export function majority(size: number): number {
  assert(Number.isSafeInteger(size) && size > 0, "a cluster has at least one server");
  return Math.floor(size / 2) + 1;
}

/** Whether `granted` contains a majority of `voters`. Other servers' grants and duplicates do not count. */
export function isQuorum(voters: readonly NodeId[], granted: readonly NodeId[]): boolean {
  return voters.filter((voter) => granted.includes(voter)).length >= majority(voters.length);
}

/**
 * The highest index that a majority of `voters` holds, given what each is known to hold (§5.3).
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

/** Whether `granted` decides for a membership: a majority, of both halves while it is joint (§6, dissertation 4.3). */
export function decides(membership: Membership, granted: readonly NodeId[]): boolean {
  if (!isQuorum(membership.voters, granted)) return false;
  return !isJoint(membership) || isQuorum(membership.outgoing, granted);
}

/** The result of a vote; it may be open while some servers have not answered. */
export type Verdict = "won" | "lost" | "pending";

/** The result of a vote, given the servers that granted and refused it. */
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
 * The highest number, an index or a round, that a majority has reached; while the membership is joint, a majority of
 * each half. Undefined when a half has no voters.
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
