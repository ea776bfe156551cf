import { createHash } from "node:crypto";
import type { NodeId } from "@kontiki/core";
import type { TransportSpec } from "./transport.ts";

/** The hosts of a cluster and the nodes of each: the same on all hosts. */
export type Peers = {
  /** The id of the cluster, which no other cluster on the same servers may have. */
  readonly cluster: string;
  /** The names of the nodes that each host has, by the name of the host. */
  readonly hosts: Readonly<Record<string, readonly string[]>>;
};

/** What a supervisor needs for mail to and from other hosts. */
export type HostSpec = {
  readonly peers: Peers;
  /** The name of this host. */
  readonly host: string;
  /** How often this host has started, this start included, by its data directory; 0 for a host that has clients only. */
  readonly start: number;
  readonly transport: TransportSpec;
  /** The folder in which it keeps what it knows of the nodes of other hosts; undefined for a host that has clients only. */
  readonly path: string | undefined;
};

/** The nodes of a host, or of all hosts. */
export function nodesOf({ hosts }: Peers, host?: string): readonly NodeId[] {
  const some = host === undefined ? Object.values(hosts) : [hosts[host] ?? []];
  return some.flat() as NodeId[];
}

/**
 * The id of a cluster as its hosts name it to each other: that of the peers, and a digest of the first voters. Hosts that begin
 * with other voters would count other majorities, so each is of another cluster to the other. Hosts without nodes may be in one
 * file of peers and not in the other.
 */
export function sharedId(peers: Peers): string {
  const voters = nodesOf(peers).toSorted().join(" ");
  return `${peers.cluster} ${createHash("sha256").update(voters).digest("hex").slice(0, 16)}`;
}
