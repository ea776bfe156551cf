import { assert } from "./assert.ts";
import { INDEX_ZERO, type Index, type NodeId } from "./ids.ts";

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
  const matches = voters.map(matchOf).sort((a, b) => b - a);
  return matches[majority(voters.length) - 1] ?? INDEX_ZERO;
}
