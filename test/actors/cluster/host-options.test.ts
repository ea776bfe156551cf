import type { ClusterOptions } from "@kontiki/actors";
import { expect, test } from "vitest";
import { checkClusterOptions } from "../../../packages/actors/src/cluster/checked-options.ts";
import { checkHosts } from "../../../packages/actors/src/cluster/host-options.ts";

const PEERS = { cluster: "tri", hosts: { a: ["n1", "n2"], b: ["n3"], spare: [] } };
const TRANSPORT = { module: "file:///transport.js", options: { servers: "x" } };
const GIVEN: ClusterOptions = { transport: TRANSPORT, host: "a", peers: PEERS, dataDir: "data" };

test("a host starts its own nodes, and knows the voters of all", () => {
  const hosts = {
    transport: TRANSPORT,
    host: "a",
    peers: PEERS,
    nodes: ["n1", "n2"],
    voters: ["n1", "n2", "n3"],
  };
  expect(checkClusterOptions(GIVEN)).toMatchObject({ nodes: ["n1", "n2"], hosts });
  expect(checkClusterOptions({ ...GIVEN, nodes: ["n2", "n1"] })).toMatchObject({ hosts });
  const spare = { ...hosts, host: "spare", nodes: [] };
  expect(checkClusterOptions({ ...GIVEN, host: "spare" })).toMatchObject({ hosts: spare });
  const clients = { ...GIVEN, host: "spare", dataDir: undefined };
  expect(checkClusterOptions(clients)).toMatchObject({ nodes: [], hosts: spare });
  expect(checkClusterOptions({}).hosts).toBe(undefined);
  expect(checkHosts("x", {}, undefined)).toBe(undefined);
});

const NAME = "give a name of a-z, 0-9 and -, a letter first, 64 at most";
const ID = "give an id of a-z, 0-9 and -, 64 characters at most, such as a UUID";

test.each<[Partial<Record<keyof ClusterOptions, unknown>>, string]>([
  [{ transport: undefined }, "transport, host and peers belong together: give all three, or none"],
  [{ host: undefined }, "transport, host and peers belong together: give all three, or none"],
  [{ peers: undefined }, "transport, host and peers belong together: give all three, or none"],
  [
    { dataDir: undefined },
    "dataDir is missing: a host with its disks in memory would return without what its nodes have promised",
  ],
  [{ renames: { n1: "n9" } }, "renames is given: the nodes of peers keep their names"],
  [{ host: "c" }, "host is c, and peers has no such host: there are a, b, spare"],
  [
    { peers: { ...PEERS, hosts: { a: [], b: [] } } },
    "peers has no nodes: give one of its hosts a node",
  ],
  [{ nodes: ["n1"] }, "nodes is n1, and in peers a has n1, n2"],
  [{ nodes: 3 }, "nodes is n1, n2, n3, and in peers a has n1, n2"],
  [{ host: "A" }, `host is 'A': ${NAME}`],
  [{ peers: { ...PEERS, cluster: "a b" } }, `peers.cluster is 'a b': ${ID}`],
  [{ peers: { ...PEERS, cluster: "a.b" } }, `peers.cluster is 'a.b': ${ID}`],
  [
    { peers: { ...PEERS, hosts: {} } },
    'peers.hosts is {}: give an object, such as { a: ["n1"], b: ["n2"], c: ["n3"] }',
  ],
  [{ peers: { ...PEERS, hosts: { "a.b": ["n1"] } } }, `peers.hosts: a host is 'a.b': ${NAME}`],
  [{ peers: { ...PEERS, hosts: { a: ["n>"] } } }, `peers.hosts.a[0] is 'n>': ${NAME}`],
  [
    { peers: { ...PEERS, hosts: { a: ["n1"], b: ["n1"] } } },
    "peers has n1 twice: give each node its own name",
  ],
  [
    { peers: { ...PEERS, hosts: { a: Array.from({ length: 10 }, (_, at) => `n${at}`) } } },
    "peers has 10 nodes: a cluster has at most 9",
  ],
  [
    { transport: { module: "x", options: () => {} } },
    "transport.options is [Function: options]: give plain data",
  ],
])("%j is refused", (change, why) => {
  expect(() => checkClusterOptions({ ...GIVEN, ...change } as ClusterOptions)).toThrow(
    `Cluster.start: ${why}`,
  );
});
