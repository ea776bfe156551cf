import type { ClusterOptions, Peers } from "@kontiki/actors";
import { readFileSync } from "node:fs";
import { natsOptions, type ServerOptions } from "../fleet/server-options.ts";
import { messageOf, reasonOf } from "../output/error-text.ts";

/** The options of `up` for a cluster with nodes on several hosts. */
export type HostOptions = {
  /** The name of this host. */
  readonly host?: string;
  /** The file with the cluster's id and the nodes of each host. */
  readonly peers?: string;
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
  return { host, peers: await readPeers(peers), transport };
}

/** What is in the file is checked with the other options of the cluster. */
async function readPeers(path: string): Promise<Peers> {
  const { KontikiError } = await import("@kontiki/actors");
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new KontikiError(`cannot read --peers ${path}: ${reasonOf(error)}`, { cause: error });
  }
  try {
    return JSON.parse(text) as Peers;
  } catch (error) {
    throw new KontikiError(
      `--peers ${path} is not JSON (${messageOf(error)}): give { "cluster": "<id>", "hosts": { "a": ["n1"], ... } }`,
      { cause: error },
    );
  }
}
