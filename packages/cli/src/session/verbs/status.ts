import type { Members, NodeStatus, OtherHost } from "@kontiki/actors";
import type { SessionCluster } from "../context.ts";
import { leaderOf, toldBy } from "../leader-of.ts";
import { isMemberOf, membersNow } from "../members-now.ts";
import { verb } from "../verb.ts";

export const status = verb({
  name: "status",
  usage: "",
  summary: "print a table of the nodes",
  example: "status",
  arity: [0, 0],
  reads: true,
  order: "looks",
  run: async ({ cluster }) => ({ ...(await seen(cluster)), noLeader: cluster.whyNoLeader() }),
  text: async ({ nodes, others, members, noLeader }, colors) => {
    const { statusTable } = await import("../../render/status-table.ts");
    const why = noLeader === undefined ? [] : [`no leader: ${noLeader}`];
    const all = [...nodes, ...toldBy(others)];
    const strays = all.map(({ id }) => id).filter((id) => isMemberOf(members, id) === false);
    const table = statusTable(all, leaderAmong(all, members), colors, strays);
    return [table, ...others.map(hostText), ...why].join("\n");
  },
  json: allJson,
});

/** The nodes, and the members as the leader knows them. */
type Seen = {
  readonly nodes: readonly NodeStatus[];
  readonly others: readonly OtherHost[];
  readonly members: Members | undefined;
};

async function seen(
  cluster: Pick<SessionCluster, "members" | "otherHosts" | "status">,
): Promise<Seen> {
  const others = await cluster.otherHosts();
  return { members: await membersNow(cluster), nodes: cluster.status(), others };
}

/** What a node that has left knows of terms does not count. */
function leaderAmong(nodes: readonly NodeStatus[], members: Members | undefined): string | null {
  return leaderOf(
    nodes.filter(({ id, raft }) => raft?.role === "leader" || isMemberOf(members, id) !== false),
  );
}

/** Where nodes of other hosts are, or why nothing is known of them. */
function hostText({ host, nodeIds, silent, heardAgoMs }: OtherHost): string {
  const has = nodeIds.length === 0 ? "no nodes" : nodeIds.join(", ");
  if (silent === undefined) return `host ${host} has ${has}`;
  const ago = heardAgoMs === undefined ? "" : `, last heard ${Math.round(heardAgoMs / 1000)} s ago`;
  return `host ${host} has ${has}, of which nothing is known: ${silent}${ago}`;
}

/** Nodes of another host: the same fields, the host, and why nothing else is known if it does not answer. */
function hostJson(
  { host, nodeIds, nodes, silent }: OtherHost,
  leader: string | null,
  members: Members | undefined,
): readonly object[] {
  if (nodes !== undefined)
    return nodesJson(nodes, leader, members).map((node) => ({ ...node, host }));
  return nodeIds.map((node) => ({ node, host, life: null, cause: silent ?? null }));
}

/** The nodes of all hosts, and why none leads, for programs. A host that does not answer within a second is silent. */
export async function statusJson(
  cluster: Pick<SessionCluster, "members" | "otherHosts" | "status" | "whyNoLeader">,
): Promise<{ readonly nodes: readonly object[]; readonly noLeader: string | null }> {
  const nodes = allJson(await seen(cluster));
  return { nodes, noLeader: cluster.whyNoLeader() ?? null };
}

function allJson({ nodes, others, members }: Seen): readonly object[] {
  const leader = leaderAmong([...nodes, ...toldBy(others)], members);
  return [
    ...nodesJson(nodes, leader, members),
    ...others.flatMap((other) => hostJson(other, leader, members)),
  ];
}

/** One object for each node, all with the same fields; null where a node without a thread has no value. */
function nodesJson(
  nodes: readonly NodeStatus[],
  leader: string | null,
  members: Members | undefined,
): readonly object[] {
  return nodes.map(({ id, life, raft, incarnation, restarts, uid, trouble, condition }) => ({
    node: id,
    life: life.type,
    member: isMemberOf(members, id),
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
