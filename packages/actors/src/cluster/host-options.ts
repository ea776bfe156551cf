import type { NodeId } from "@kontiki/core";
import { KontikiError } from "../errors.ts";
import { nodesOf, type Peers } from "../hosts/host-spec.ts";
import type { TransportSpec } from "../hosts/transport.ts";
import { nodeName, nodeNames } from "../options/node-names.ts";
import { isRecord, rule, shown, type Rule } from "../options/rules.ts";

/** The options of a cluster that has nodes on several hosts. */
export type HostOptions = {
  readonly transport?: TransportSpec | undefined;
  readonly host?: string | undefined;
  readonly peers?: Peers | undefined;
  readonly dataDir?: string | undefined;
  readonly renames?: Readonly<Record<string, string>> | undefined;
};

/** These options after checking. */
export type CheckedHosts = {
  readonly transport: TransportSpec;
  readonly host: string;
  readonly peers: Peers;
  /** The nodes of this host, and those of all. */
  readonly nodes: readonly NodeId[];
  readonly voters: readonly NodeId[];
};

/** The most nodes on all hosts. */
const VOTERS_MAX = 9;

/** The id of a cluster on several hosts. It is a part of the subjects of its messages. */
export const CLUSTER_ID: Rule<string> = rule(
  "an id of a-z, 0-9 and -, 64 characters at most, such as a UUID",
  (value) => typeof value === "string" && /^[a-z0-9][a-z0-9-]{0,63}$/.test(value),
);

const HOST_NODES = nodeNames("a list of the names of its nodes, which may be none");

/** The nodes of each host, by the name of the host. */
export const hostsRule: Rule<Readonly<Record<string, readonly string[]>>> = (value, path) => {
  if (!isRecord(value) || Object.keys(value).length === 0)
    return `${path} is ${shown(value)}: give an object, such as { a: ["n1"], b: ["n2"], c: ["n3"] }`;
  for (const [host, nodes] of Object.entries(value)) {
    const isEmpty = Array.isArray(nodes) && nodes.length === 0;
    const wrong =
      nodeName(host, `${path}: a host`) ??
      (isEmpty ? undefined : HOST_NODES(nodes, `${path}.${host}`));
    if (wrong !== undefined) return wrong;
  }
  return undefined;
};

/** Whether a value can be passed to a thread. */
export function isCloneable(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}

/**
 * Checks that the options for several hosts fit together; undefined where none is given.
 *
 * @param named the nodes that were given, which must be those of the host.
 * @throws KontikiError that says what is missing, or does not fit.
 */
export function checkHosts(
  where: string,
  { transport, host, peers, dataDir, renames }: HostOptions,
  named: readonly NodeId[] | undefined,
): CheckedHosts | undefined {
  if (transport === undefined && host === undefined && peers === undefined) return undefined;
  const refuse = (why: string): never => {
    throw new KontikiError(`${where}: ${why}`);
  };
  if (transport === undefined || host === undefined || peers === undefined)
    return refuse("transport, host and peers belong together: give all three, or none");
  if (renames !== undefined) return refuse("renames is given: the nodes of peers keep their names");
  const hosts = Object.keys(peers.hosts);
  if (!Object.hasOwn(peers.hosts, host))
    return refuse(`host is ${host}, and peers has no such host: there are ${hosts.join(", ")}`);
  const [nodes, voters] = [nodesOf(peers, host), nodesOf(peers)];
  if (nodes.length > 0 && dataDir === undefined)
    return refuse(
      "dataDir is missing: a host with its disks in memory would return without what its nodes have promised",
    );
  if (voters.length === 0) return refuse("peers has no nodes: give one of its hosts a node");
  if (voters.length > VOTERS_MAX)
    return refuse(`peers has ${voters.length} nodes: a cluster has at most ${VOTERS_MAX}`);
  const twice = voters.find((node, at) => voters.indexOf(node) !== at);
  if (twice !== undefined) return refuse(`peers has ${twice} twice: give each node its own name`);
  const isOther = named !== undefined && [...named].sort().join() !== [...nodes].sort().join();
  if (isOther)
    return refuse(`nodes is ${named.join(", ")}, and in peers ${host} has ${nodes.join(", ")}`);
  return { transport, host, peers, nodes, voters };
}
