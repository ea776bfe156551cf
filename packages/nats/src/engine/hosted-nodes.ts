import { rm } from "node:fs/promises";
import { join } from "node:path";
import { KontikiError, type ClusterEvent, type NodeStatus, type Peers } from "@kontiki/actors";
import type { NodeId } from "@kontiki/core";
import { HostedNode } from "./hosted-node.ts";
import type { HostStart } from "./host-protocol.ts";
import type { StartHost } from "./host-process.ts";
import type { Relay } from "./relay.ts";

/** What {@link HostedNodes} need. */
export type HostedNodesParts = {
  readonly peers: Peers;
  /** What each host is started with, but for its name and its folder. */
  readonly common: Omit<HostStart, "host" | "peers" | "dataDir" | "nodes">;
  /** The folder of the folders of all hosts. */
  readonly dataDir: string;
  readonly startHost: StartHost;
  /** Carries the mail of the hosts. */
  readonly relay: Pick<Relay, "add" | "remove">;
  readonly onEvent: (event: ClusterEvent) => void;
  readonly onStatus: (status: NodeStatus) => void;
};

type Placed = { readonly node: HostedNode; readonly host: string; readonly folder: string };

/** The hosts of a cluster under test with the node of each: those of the peers, and those that come later. */
export class HostedNodes {
  readonly #parts: HostedNodesParts;
  readonly #placed = new Map<string, Placed>();
  #hosts = 0;

  constructor(parts: HostedNodesParts) {
    this.#parts = parts;
    for (const [host, [node]] of Object.entries(parts.peers.hosts)) {
      this.#hosts += 1;
      if (node !== undefined) this.#place(node, host, parts.peers);
    }
  }

  /** All that a host has or had: not one that is still to come. */
  get known(): readonly HostedNode[] {
    return this.#all.filter(({ isKnown }) => isKnown);
  }

  /** @throws KontikiError when there is no such node. */
  named(id: string): HostedNode {
    const placed = this.#placed.get(id);
    if (placed?.node.isKnown === true) return placed.node;
    const ids = this.known.map((node) => node.id).join(", ");
    throw new KontikiError(`there is no node ${id}: there are ${ids}`);
  }

  /** The folder of a node's files. @throws KontikiError when there is no such node. */
  folderOf(id: string): string {
    return join(this.#placed.get(this.named(id).id)?.folder ?? "", id);
  }

  /** Starts all hosts, and resolves when all of them are up. @throws KontikiError when one cannot start. */
  async start(): Promise<void> {
    await Promise.all(this.#all.map((node) => node.start()));
  }

  /**
   * Starts a host for a new node, which it does not have yet: its peers are the first ones and itself, without a node.
   *
   * @throws KontikiError when there is such a node, or the host cannot start.
   */
  async open(id: string): Promise<HostedNode> {
    if (this.#placed.has(id)) throw new KontikiError(`there is a node ${id} already`);
    const { peers, relay } = this.#parts;
    this.#hosts += 1;
    const host = `h${this.#hosts}`;
    const node = this.#place(id, host, { ...peers, hosts: { ...peers.hosts, [host]: [] } });
    relay.add(host, node.id);
    try {
      await node.start();
    } catch (error) {
      await this.discard(id);
      throw error;
    }
    return node;
  }

  /** Ends the host of a node, and removes its folder. Does nothing if there is no such node. */
  async discard(id: string): Promise<void> {
    const placed = this.#placed.get(id);
    if (placed === undefined) return;
    await placed.node.stop();
    this.#placed.delete(id);
    this.#parts.relay.remove(placed.host);
    await rm(placed.folder, { recursive: true, force: true });
  }

  /** Ends all hosts. */
  async stop(): Promise<void> {
    await Promise.all(this.#all.map((node) => node.stop()));
  }

  get #all(): readonly HostedNode[] {
    return [...this.#placed.values()].map(({ node }) => node);
  }

  #place(id: string, host: string, peers: Peers): HostedNode {
    const { common, dataDir, startHost, onEvent, onStatus } = this.#parts;
    const folder = join(dataDir, host);
    const node = new HostedNode({
      id: id as NodeId,
      isFirst: peers.hosts[host]?.includes(id) === true,
      options: { ...common, peers, host, dataDir: folder },
      startHost,
      onEvent,
      onStatus,
    });
    this.#placed.set(id, { node, host, folder });
    return node;
  }
}
