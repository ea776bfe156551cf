import { EventEmitter } from "node:events";
import {
  KontikiError,
  type Cluster,
  type ClusterEvent,
  type ClusterEvents,
  type ClusterOptions,
  type NodeStatus,
} from "@kontiki/actors";
import type { NodeId } from "@kontiki/core";
import type { ClusterUnderTest } from "@kontiki/testing";
import { areTooFew } from "./agreement.ts";
import { HostedFaults } from "./hosted-faults.ts";
import { HostedMembers, type MembersClient } from "./hosted-members.ts";
import type { HostedNode } from "./hosted-node.ts";
import { HostedNodes, type HostedNodesParts } from "./hosted-nodes.ts";

/** The client of a cluster on several hosts. */
export type HostsClient = MembersClient &
  Pick<Cluster<unknown, unknown>, "propose" | "read" | "transfer" | "converged" | "stop">;

/** What a {@link HostsCluster} is made of. */
export type HostsClusterParts = Omit<HostedNodesParts, "onEvent" | "onStatus"> & {
  /** Starts the client, whose events go to `onEvent`. */
  readonly startClient: (onEvent: (event: ClusterEvent) => void) => Promise<HostsClient>;
  readonly onEvent: ClusterOptions["onEvent"];
  /** Called when everything has ended. */
  readonly onEnd: () => Promise<void>;
};

/** A cluster under test whose nodes are in processes of their own, one in each, and whose clients are in this process. */
export class HostsCluster implements ClusterUnderTest {
  readonly events = new EventEmitter<ClusterEvents>();
  readonly faults: HostedFaults;
  readonly #parts: HostsClusterParts;
  readonly #nodes: HostedNodes;
  readonly #members: HostedMembers;
  #client: HostsClient | undefined;

  private constructor(parts: HostsClusterParts) {
    this.#parts = parts;
    this.events.setMaxListeners(0);
    if (parts.onEvent !== undefined) this.events.on("event", parts.onEvent);
    const nodes = new HostedNodes({
      ...parts,
      onEvent: (event) => this.events.emit("event", event),
      onStatus: (status) => this.events.emit("status", status),
    });
    this.#nodes = nodes;
    this.#members = new HostedMembers({ nodes, client: () => this.#running() });
    this.faults = new HostedFaults({
      node: (id) => nodes.named(id),
      folderOf: (id) => nodes.folderOf(id),
    });
  }

  /** Starts all hosts, and resolves when all of them are up. @throws KontikiError when one cannot start: nothing is left. */
  static async start(parts: HostsClusterParts): Promise<HostsCluster> {
    const cluster = new HostsCluster(parts);
    try {
      await cluster.#nodes.start();
      cluster.#client = await parts.startClient((event) => cluster.#onClientEvent(event));
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  get nodeIds(): readonly NodeId[] {
    return this.#nodes.known.map(({ id }) => id);
  }

  status(): readonly NodeStatus[] {
    return this.#nodes.known.map((node) => node.status());
  }

  node(id: string): HostedNode {
    return this.#nodes.named(id);
  }

  propose: ClusterUnderTest["propose"] = (command, options) =>
    this.#running().propose(command, options);

  read: ClusterUnderTest["read"] = (question, options) => this.#running().read(question, options);

  transfer: ClusterUnderTest["transfer"] = async (to, options) =>
    this.#running().transfer(to, options);

  members: ClusterUnderTest["members"] = async (options) => this.#running().members(options);

  /** Fails at once when too few nodes are left: of a host without a process the client knows only that it is silent. */
  converged: ClusterUnderTest["converged"] = async ({ timeoutMs, signal } = {}) => {
    const lost = new AbortController();
    const look = (): void => {
      const why = "too few nodes are left that are neither stopped nor given up";
      if (areTooFew(this.status())) lost.abort(new KontikiError(why));
    };
    this.events.on("status", look);
    look();
    const either = AbortSignal.any([lost.signal, ...(signal === undefined ? [] : [signal])]);
    try {
      await this.#running().converged({ timeoutMs, signal: either });
    } finally {
      this.events.off("status", look);
    }
  };

  addNode: ClusterUnderTest["addNode"] = (id, options) => this.#members.add(id, options);

  removeNode: ClusterUnderTest["removeNode"] = (id, options) => this.#members.remove(id, options);

  changeMembers: ClusterUnderTest["changeMembers"] = (change, options) =>
    this.#members.change(change, options);

  promote: ClusterUnderTest["promote"] = (id, options) => this.#members.promote(id, options);

  /** Ends all processes. @throws StateMachineError when the states of two nodes were found to differ. */
  async stop(): Promise<void> {
    try {
      await this.#client?.stop();
    } finally {
      await this.#nodes.stop();
      await this.#parts.onEnd();
    }
  }

  #running(): HostsClient {
    if (this.#client === undefined) throw new KontikiError("the cluster does not run");
    return this.#client;
  }

  /** What no host alone knows: all else a host tells of its own node. */
  #onClientEvent(event: ClusterEvent): void {
    if (event.type === "membership" || event.type === "diverged") this.events.emit("event", event);
  }
}
