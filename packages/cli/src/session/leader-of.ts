import type { NodeStatus } from "@kontiki/actors";

/**
 * The node that leads as far as anybody knows, null if none does.
 *
 * A leader that was cut off may not know yet that it was deposed, so it counts only while nobody has
 * spoken of a later term (§5.1).
 */
export function leaderOf(nodes: readonly NodeStatus[]): string | null {
  const latest = Math.max(0, ...nodes.map(({ raft }) => raft?.term ?? 0));
  return nodes.find(({ raft }) => raft?.role === "leader" && raft.term === latest)?.id ?? null;
}
