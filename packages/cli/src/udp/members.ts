import { nodeId, type NodeId } from "@kontiki/core";

/** A node of a cluster, and where it listens. */
export type Member = { readonly id: NodeId; readonly host: string; readonly port: number };

/** The three nodes of the original. */
export const ORIGINAL_MEMBERS: readonly Member[] = [
  { id: nodeId("node0"), host: "127.0.0.1", port: 4000 },
  { id: nodeId("node1"), host: "127.0.0.1", port: 4001 },
  { id: nodeId("node2"), host: "127.0.0.1", port: 4002 },
];

/** An address as messages show it. */
export function addressOf({ host, port }: Pick<Member, "host" | "port">): string {
  return `${host}:${port}`;
}
