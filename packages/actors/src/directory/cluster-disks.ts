import { assert, type NodeId } from "@kontiki/core";
import { KontikiError } from "../errors.ts";

/** A node of a cluster and its present disk. */
export type NodeDisk = {
  /** The name of the node. */
  readonly node: NodeId;
  /**
   * Which disk it is: 0 for the first disk of a node that the cluster began with; each later disk gets a number never
   * used before.
   */
  readonly uid: number;
  /** The folder of the disk; undefined for a disk in memory. */
  readonly path: string | undefined;
  /** Why the disk cannot be used, in one line: its node must not run. Undefined if it can. */
  readonly fault?: string | undefined;
};

/**
 * The nodes of a cluster and their disks. `MemoryDisks` is the implementation in memory, a data directory the other.
 */
export interface ClusterDisks {
  /** The voters that the cluster began with. They never change. */
  readonly voters: readonly NodeId[];
  /** What was repaired when the disks were opened, in one line; undefined if nothing had to be. */
  readonly repair: string | undefined;
  /** The present nodes, in the order in which they were added. */
  disks(): readonly NodeDisk[];
  /** Creates an empty disk for a new node, with a new uid, higher than `above` as well. */
  addNode(node: NodeId, above?: number): NodeDisk;
  /** Permanently removes a node and its disk. Nothing may write to the disk any more. */
  removeNode(node: NodeId): void;
  /**
   * Replaces a node's disk with an empty one with a new uid, higher than `above` as well. Nothing may write to the old one
   * any more. What is on it may be kept; with `keepsOld` it is, unless the disk is in memory.
   */
  wipeNode(node: NodeId, keepsOld?: boolean, above?: number): NodeDisk;
  /** Releases all disks. */
  close(): void;
}

/** Disks in memory: the nodes own the bytes; this only records which disks exist. */
export class MemoryDisks implements ClusterDisks {
  readonly voters: readonly NodeId[];
  readonly repair = undefined;
  readonly #uids: Map<NodeId, number>;
  #lastUid = 0;

  /** @param voters those of all hosts, where there are others. */
  constructor(nodes: readonly NodeId[], voters = nodes) {
    this.voters = voters;
    this.#uids = new Map(nodes.map((node) => [node, 0]));
  }

  disks(): readonly NodeDisk[] {
    return [...this.#uids].map(([node, uid]) => ({ node, uid, path: undefined }));
  }

  addNode(node: NodeId, above = 0): NodeDisk {
    assert(!this.#uids.has(node), () => `${node} is there already`);
    return this.#newDisk(node, above);
  }

  removeNode(node: NodeId): void {
    this.#uids.delete(node);
  }

  wipeNode(node: NodeId, _keepsOld = false, above = 0): NodeDisk {
    assert(this.#uids.has(node), () => `${node} does not exist`);
    return this.#newDisk(node, above);
  }

  close(): void {}

  #newDisk(node: NodeId, above: number): NodeDisk {
    this.#lastUid = Math.max(this.#lastUid, above) + 1;
    this.#uids.set(node, this.#lastUid);
    return { node, uid: this.#lastUid, path: undefined };
  }
}

/** The disks of a host that has clients only: none. It has no folder, and what a node promises must outlive its process. */
export class NoDisks extends MemoryDisks {
  /** @param voters those of all hosts. */
  constructor(voters: readonly NodeId[]) {
    super([], voters);
  }

  /** @throws KontikiError always. */
  override addNode(node: NodeId): never {
    throw new KontikiError(
      `this host has no folder for ${node}: start it with one (dataDir, --data)`,
    );
  }
}
