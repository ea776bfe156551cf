/**
 * Starts the clusters of the engine `hosts`. The thread of each job imports this module.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Cluster, KontikiError, type ClusterOptions, type Peers } from "@kontiki/actors";
import type { ClusterUnderTest, OpenClusters } from "@kontiki/testing";
import { connectNats } from "../connection/connect.ts";
import type { NatsOptions } from "../connection/options.ts";
import { clusterPrefix } from "../connection/subjects.ts";
import { areLed, found } from "./agreement.ts";
import { Children } from "./children.ts";
import { HostProcess } from "./host-process.ts";
import { HostsCluster } from "./hosts-cluster.ts";
import { Relay } from "./relay.ts";

/** The name of the host that has the clients of a run, and no nodes. */
const CLIENTS = "clients";

/** The least election timeout that an option may name, in ms. */
const LEAST_MS = 10;

/** How long a run waits for its first leader, in ms: processes that start take time from each other. */
const LEADER_MS = 10_000;

const TRANSPORT = new URL("../engine/relayed-transport.js", import.meta.url);

/** What the module is opened with. */
export type EngineOptions = {
  /** How to reach the server of NATS. */
  readonly nats: NatsOptions;
  /** The folder of the engine. */
  readonly root: string;
};

const open: OpenClusters = (given) => {
  const engine = given as EngineOptions;
  const children = new Children(engine.root);
  return (options) => start(engine, children, options);
};

export default open;

/** Each node of the cluster gets a host, which is a process: what happens to one of them happens to one node. */
export function peersOf(cluster: string, count: number): Peers {
  const hosts = Array.from({ length: count }, (_, at) => [`h${at + 1}`, [`n${at + 1}`]] as const);
  return { cluster, hosts: { ...Object.fromEntries(hosts), [CLIENTS]: [] } };
}

/**
 * A client asks another node when it had no answer for four election timeouts of its own host, because a supervisor tells it when a
 * thread ends. Nothing tells this one of a process that has ended or is stopped: it waits for one election timeout of the nodes.
 */
export function clientTimes({
  electionTimeoutMs = 300,
  heartbeatMs = 50,
}: ClusterOptions): Pick<ClusterOptions, "electionTimeoutMs" | "heartbeatMs"> {
  const quarter = Math.max(LEAST_MS, electionTimeoutMs / 4);
  return { electionTimeoutMs: quarter, heartbeatMs: Math.min(heartbeatMs, quarter / 2) };
}

async function start(
  { nats, root }: EngineOptions,
  children: Children,
  options: ClusterOptions,
): Promise<ClusterUnderTest> {
  const { nodes, network, onEvent, dataDir: given, ...rest } = options;
  if (typeof nodes !== "number" || network === undefined)
    throw new KontikiError("the engine hosts needs the number of nodes, and a network");
  const peers = peersOf(randomUUID(), nodes);
  const dataDir = given ?? join(root, peers.cluster);
  const transport = { module: TRANSPORT.href, options: nats };
  const connection = await connectNats({ ...nats, name: "kontiki engine" });
  const publish = (subject: string, bytes: Uint8Array): void => {
    // What the network of the run still delivers when the cluster has stopped finds no receiver.
    if (!connection.isClosed()) connection.publish(subject, bytes);
  };
  const relay = new Relay({ peers, network, publish });
  connection.subscribe(`${clusterPrefix(peers.cluster)}.from.>`, {
    callback: (error, { subject, data }) => {
      if (error === null) relay.receive(subject, data);
    },
  });
  await connection.flush();
  const cluster = await HostsCluster.start({
    peers,
    common: { ...rest, transport },
    dataDir,
    startHost: (...host) => new HostProcess(children, ...host),
    relay,
    startClient: async (onEvent) => {
      const own = { ...rest, ...clientTimes(rest), transport, peers, host: CLIENTS, onEvent };
      const client = await Cluster.start<unknown, unknown>(own);
      await relay.areAllKnown;
      return client;
    },
    onEvent,
    onEnd: async () => {
      await connection.close();
      if (given === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  });
  await found(cluster.events, () => areLed(cluster.status()) || undefined, LEADER_MS);
  return cluster;
}
