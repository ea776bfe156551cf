import type { ClusterOptions } from "@kontiki/actors";
import { peersIn } from "../launch/peers-file.ts";

/** The options of `up` for a cluster with nodes on several hosts. */
export type HostOptions = {
  /** The name of this host. */
  readonly host?: string;
  /** The file with the cluster's id and the nodes of each host. */
  readonly peers?: string;
  /** URLs of NATS servers. */
  readonly nats?: string;
  readonly creds?: string;
  readonly nkey?: string;
};

/** What the cluster is started with; nothing for a cluster of one host. @throws KontikiError */
export async function hostOptionsOf({
  host,
  peers,
  nats: servers,
  creds,
  nkey,
}: HostOptions): Promise<Pick<ClusterOptions, "host" | "peers" | "transport">> {
  if (host === undefined || peers === undefined || servers === undefined) return {};
  const { nats } = await import("@kontiki/nats");
  const transport = nats({
    servers,
    ...(creds === undefined ? {} : { creds }),
    ...(nkey === undefined ? {} : { nkey }),
  });
  const read = peersIn(peers);
  if (typeof read !== "string") return { host, peers: read, transport };
  const { KontikiError } = await import("@kontiki/actors");
  throw new KontikiError(read);
}
