import { EventEmitter } from "node:events";
import { join } from "node:path";
import {
  KontikiError,
  type Cluster,
  type ClusterEvents,
  type ClusterOptions,
  type NodeStatus,
  type Peers,
} from "@kontiki/actors";
import { currentLeader } from "@kontiki/actors/node";
import { INDEX_ZERO, type NodeId } from "@kontiki/core";
import type { ClusterUnderTest, FaultType } from "@kontiki/testing";
import { agree, found } from "./agreement.ts";
import { HostedFaults } from "./hosted-faults.ts";
import { HostedNode } from "./hosted-node.ts";
import type { HostStart } from "./host-protocol.ts";
import type { StartHost } from "./host-process.ts";
import { NOT_ON_HOSTS, notPossible } from "./not-on-hosts.ts";

/** How long nodes may take to agree, and a transfer of the lead, if nothing else is given, in ms. */
const TIMEOUT_MS = 10_000;

/** The client of a cluster on several hosts. */
export type HostsClient = Pick<Cluster<unknown, unknown>, "propose" | "read" | "stop">;

/** What a {@link HostsCluster} is made of. */
export type HostsClusterParts = {
  readonly peers: Peers;
  /** What each host is started with, but for its name and its folder. */
  readonly common: Omit<HostStart, "host" | "peers" | "dataDir" | "nodes">;
  /** The folder of the folders of all hosts. */
  readonly dataDir: string;
  readonly startHost: StartHost;
  readonly startClient: () => Promise<HostsClient>;
  readonly onEvent: ClusterOptions["onEvent"];
  /** Called when everything has ended. */
  readonly onEnd: () => Promise<void>;
};

/** A cluster under test whose nodes are in processes of their own, one in each, and whose clients are in this process. */
export class HostsCluster implements ClusterUnderTest {
  readonly events = new EventEmitter<ClusterEvents>();
  readonly faults: HostedFaults;
  readonly #parts: HostsClusterParts;
  readonly #nodes: ReadonlyMap<string, HostedNode>;
  #client: HostsClient | undefined;

  private constructor(parts: HostsClusterParts) {
    this.#parts = parts;
    this.events.setMaxListeners(0);
    if (parts.onEvent !== undefined) this.events.on("event", parts.onEvent);
    const named = Object.entries(parts.peers.hosts).flatMap(([host, nodes]) =>
      nodes.map((node) => [node, host] as const),
    );
    const folders = new Map(named.map(([node, host]) => [node, join(parts.dataDir, host)]));
    this.#nodes = new Map(
      named.map(([node, host]) => [
        node,
        new HostedNode({
          id: node as NodeId,
          options: {
            ...parts.common,
            peers: parts.peers,
            host,
            dataDir: folders.get(node),
          },
          startHost: parts.startHost,
          onEvent: (event) => this.events.emit("event", event),
          onStatus: (status) => this.events.emit("status", status),
        }),
      ]),
    );
    this.faults = new HostedFaults({
      node: (id) => this.node(id),
      folderOf: (id) => join(folders.get(id) ?? "", id),
    });
  }

  /** Starts all hosts, and resolves when all of them are up. @throws KontikiError when one cannot start: nothing is left. */
  static async start(parts: HostsClusterParts): Promise<HostsCluster> {
    const cluster = new HostsCluster(parts);
    try {
      await Promise.all([...cluster.#nodes.values()].map((node) => node.start()));
      cluster.#client = await parts.startClient();
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  get nodeIds(): readonly NodeId[] {
    return [...this.#nodes.values()].map(({ id }) => id);
  }

  status(): readonly NodeStatus[] {
    return [...this.#nodes.values()].map((node) => node.status());
  }

  node(id: string): HostedNode {
    const node = this.#nodes.get(id);
    if (node === undefined)
      throw new KontikiError(`there is no node ${id}: there are ${this.nodeIds.join(", ")}`);
    return node;
  }

  whyNot = (type: FaultType): string | undefined => NOT_ON_HOSTS[type];

  propose: ClusterUnderTest["propose"] = (command, options) =>
    this.#running().propose(command, options);

  read: ClusterUnderTest["read"] = (question, options) => this.#running().read(question, options);

  transfer: ClusterUnderTest["transfer"] = async (to, { timeoutMs = TIMEOUT_MS } = {}) => {
    const leader = await this.#ledBy(timeoutMs);
    return this.node(leader).transfer(to, timeoutMs);
  };

  /** They never change. */
  members: ClusterUnderTest["members"] = async ({ timeoutMs = TIMEOUT_MS } = {}) => {
    const leader = await this.#ledBy(timeoutMs);
    const members = this.nodeIds.map((id) => ({ id, role: "voter" as const, uid: 0 }));
    return { leader, index: INDEX_ZERO, committed: true, members };
  };

  converged: ClusterUnderTest["converged"] = ({ timeoutMs = TIMEOUT_MS } = {}) =>
    agree([...this.#nodes.values()], this.events, timeoutMs);

  addNode: ClusterUnderTest["addNode"] = () => refused("add");

  removeNode: ClusterUnderTest["removeNode"] = () => refused("remove");

  changeMembers: ClusterUnderTest["changeMembers"] = () => refused("reshape");

  promote: ClusterUnderTest["promote"] = () => refused("promote");

  /** Ends all processes. */
  async stop(): Promise<void> {
    try {
      await this.#client?.stop();
      await Promise.all([...this.#nodes.values()].map((node) => node.stop()));
    } finally {
      await this.#parts.onEnd();
    }
  }

  #running(): HostsClient {
    if (this.#client === undefined) throw new KontikiError("the cluster does not run");
    return this.#client;
  }

  /** Waits for a leader. @throws KontikiError when there is none in time. */
  async #ledBy(timeoutMs: number): Promise<NodeId> {
    const leader = await found(this.events, () => currentLeader(this.status()), timeoutMs);
    if (leader === undefined)
      throw new KontikiError("waiting for a leader: there was none in time");
    return leader;
  }
}

async function refused(type: FaultType): Promise<never> {
  throw notPossible(type);
}
