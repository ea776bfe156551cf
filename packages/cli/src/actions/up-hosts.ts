import type { ClusterOptions, Peers } from "@kontiki/actors";
import { natsOptions, type ServerOptions } from "../fleet/server-options.ts";

/** The options of `up` for a cluster with nodes on several hosts. */
export type HostOptions = {
  /** The name of this host. */
  readonly host?: string;
  /** The cluster's id and the nodes of each host, which are checked when the cluster starts. */
  readonly peers?: Peers;
} & Partial<ServerOptions>;

/** What the cluster is started with; nothing for a cluster of one host. @throws KontikiError */
export async function hostOptionsOf({
  host,
  peers,
  nats: servers,
  ...more
}: HostOptions): Promise<Pick<ClusterOptions, "host" | "peers" | "transport">> {
  if (host === undefined || peers === undefined || servers === undefined) return {};
  const { nats } = await import("@kontiki/nats");
  const transport = nats(natsOptions({ nats: servers, ...more }));
  return { host, peers, transport };
}
