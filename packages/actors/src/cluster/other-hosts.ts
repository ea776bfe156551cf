import type { NodeId } from "@kontiki/core";
import { readNodes, type ToldNode } from "../hosts/told-nodes.ts";
import type { NodeStatus } from "../mail/status.ts";
import type { RemoteSupervisor } from "../program/remote-supervisor.ts";

/** Another host of a cluster, and its nodes as it tells of them now. */
export type OtherHost = {
  /** The name of the host. */
  readonly host: string;
  /** Its nodes: those that it has presented last, or those that the peers give it. */
  readonly nodeIds: readonly NodeId[];
  /** Their status, as the host has answered now; undefined if it has not: then nothing is known of them. */
  readonly nodes: readonly NodeStatus[] | undefined;
  /** Why the host has not answered, in one line; undefined if it has. */
  readonly silent: string | undefined;
  /** How long ago the host has presented itself, in ms, which it does each second; undefined if it never has. */
  readonly heardAgoMs: number | undefined;
};

/** Another host, and what it tells of its nodes; nothing if it is silent. */
type ToldHost = { readonly host: OtherHost; readonly told: readonly ToldNode[] };

/** How long another host may take to tell of its nodes, in ms. */
export const HOST_MS = 1_000;

/** Asks all other hosts how their nodes are. */
export async function askHosts(
  supervisor: RemoteSupervisor,
  waitMs: number,
): Promise<readonly OtherHost[]> {
  return (await askHostsForAll(supervisor, waitMs)).map(({ host }) => host);
}

/** Asks all other hosts how their nodes are, and which membership each of them uses. */
export async function askHostsForAll(
  supervisor: RemoteSupervisor,
  waitMs: number,
): Promise<readonly ToldHost[]> {
  const hosts = supervisor.otherHosts;
  if (hosts === undefined) return [];
  return Promise.all(
    hosts.names.map(async (host): Promise<ToldHost> => {
      const reply = await hosts.ask(host, { type: "nodes" }, waitMs);
      const [nodeIds, heardAgoMs] = [hosts.nodesOn(host), hosts.heardAgoMs(host)];
      const told = reply.type === "answer" ? readNodes(reply.value) : undefined;
      const known = { host, nodeIds, heardAgoMs };
      if (told !== undefined) {
        const nodes = told.map(({ status }) => status);
        return { host: { ...known, nodes, silent: undefined }, told };
      }
      const silent =
        reply.type === "answer" ? `host ${host} answers with something else` : reply.why;
      return { host: { ...known, nodes: undefined, silent }, told: [] };
    }),
  );
}
