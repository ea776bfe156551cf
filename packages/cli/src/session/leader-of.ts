import type { NodeStatus, OtherHost } from "@kontiki/actors";

/**
 * The current leader as far as the nodes know; null if there is none.
 *
 * A leader that was cut off may not know yet that it was deposed. So a leader counts only while no voter has reported a
 * later term (§5.1). Nodes without a vote may report any term.
 */
export function leaderOf(nodes: readonly NodeStatus[]): string | null {
  const terms = nodes.flatMap(({ raft }) =>
    raft !== undefined && (raft.votes || raft.role === "leader") ? [raft.term] : [],
  );
  const latest = Math.max(0, ...terms);
  return nodes.find(({ raft }) => raft?.role === "leader" && raft.term === latest)?.id ?? null;
}

/** The nodes of which other hosts tell. */
export function toldBy(others: readonly OtherHost[]): readonly NodeStatus[] {
  return others.flatMap(({ nodes = [] }) => nodes);
}
