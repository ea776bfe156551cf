import type { NodeStatus } from "@kontiki/actors";
import type { SessionCluster } from "../context.ts";
import { leaderOf } from "../leader-of.ts";
import { verb } from "../verb.ts";

export const status = verb({
  name: "status",
  usage: "",
  summary: "print a table of the nodes",
  example: "status",
  arity: [0, 0],
  reads: true,
  order: "looks",
  run: async ({ cluster }) => ({ nodes: cluster.status(), noLeader: cluster.whyNoLeader() }),
  text: async ({ nodes, noLeader }, colors) => {
    const { statusTable } = await import("../../render/status-table.ts");
    const why = noLeader === undefined ? "" : `\nno leader: ${noLeader}`;
    return `${statusTable(nodes, leaderOf(nodes), colors)}${why}`;
  },
  json: ({ nodes }) => nodesJson(nodes),
});

/** The nodes, and why none leads, for programs. */
export function statusJson(cluster: Pick<SessionCluster, "status" | "whyNoLeader">): {
  readonly nodes: readonly object[];
  readonly noLeader: string | null;
} {
  return { nodes: nodesJson(cluster.status()), noLeader: cluster.whyNoLeader() ?? null };
}

/** One object for each node, all with the same fields; null where a node without a thread has no value. */
function nodesJson(nodes: readonly NodeStatus[]): readonly object[] {
  const leader = leaderOf(nodes);
  return nodes.map(({ id, life, raft, incarnation, restarts, uid, trouble, condition }) => ({
    node: id,
    life: life.type,
    leads: id === leader,
    role: raft?.role ?? null,
    term: raft?.term ?? null,
    commit: raft?.commit ?? null,
    last: raft?.last ?? null,
    applied: raft?.applied ?? null,
    first: raft?.first ?? null,
    snapshot: raft?.snapshot ?? null,
    votes: raft?.votes ?? null,
    condition: condition ?? null,
    repairing: raft?.repairing ?? null,
    lacks: raft?.lacks ?? null,
    receiving: raft?.receiving ?? null,
    uid,
    incarnation,
    restarts,
    cause: "cause" in life ? life.cause : null,
    trouble: trouble ?? null,
  }));
}
