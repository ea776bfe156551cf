import type { NodeStatus } from "@kontiki/actors";

/**
 * The node that leads as far as anybody knows, null if none does.
 *
 * A leader that was cut off may not know yet that it was deposed, so it counts only while no voter has spoken of a later
 * term (§5.1). Nodes without a vote may speak of any.
 */
export function leaderOf(nodes: readonly NodeStatus[]): string | null {
  const terms = nodes.flatMap(({ raft }) =>
    raft !== undefined && (raft.votes || raft.role === "leader") ? [raft.term] : [],
  );
  const latest = Math.max(0, ...terms);
  return nodes.find(({ raft }) => raft?.role === "leader" && raft.term === latest)?.id ?? null;
}
