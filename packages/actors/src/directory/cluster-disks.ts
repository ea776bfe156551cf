import { assert, type NodeId } from "@kontiki/core";

/** A node of a cluster and the disk that it has now. */
export type NodeDisk = {
  /** The name of the node. */
  readonly node: NodeId;
  /** Which disk it is: 0 for the one that the cluster began with, a number never given before for each later one. */
  readonly uid: number;
  /** The folder of the disk; undefined for one in memory. */
  readonly path: string | undefined;
};

/** Which nodes a cluster has, and which disks they have. The one in memory is here, the other a data directory. */
export interface ClusterDisks {
  /** The voters that the cluster began with. They never change, whoever comes and goes. */
  readonly voters: readonly NodeId[];
  /** The nodes that there are now, in the order in which they came. */
  disks(): readonly NodeDisk[];
  /** Gives an empty disk with a new uid to a node that is not there yet. */
  addNode(node: NodeId): NodeDisk;
  /** Takes a node's disk away for good, and its name with it. Nothing may write to it any more. */
  removeNode(node: NodeId): void;
  /** Replaces a node's disk by an empty one with a new uid. Nothing may write to the old one any more. */
  wipeNode(node: NodeId): NodeDisk;
  /** Lets go of them all. */
  close(): void;
}

/** Disks in memory: the bytes are the nodes' own, here is only which there are. */
export class MemoryDisks implements ClusterDisks {
  readonly voters: readonly NodeId[];
  readonly #uids: Map<NodeId, number>;
  #lastUid = 0;

  constructor(nodes: readonly NodeId[]) {
    this.voters = nodes;
    this.#uids = new Map(nodes.map((node) => [node, 0]));
  }

  disks(): readonly NodeDisk[] {
    return [...this.#uids].map(([node, uid]) => ({ node, uid, path: undefined }));
  }

  addNode(node: NodeId): NodeDisk {
    assert(!this.#uids.has(node), () => `${node} is there already`);
    return this.#newDisk(node);
  }

  removeNode(node: NodeId): void {
    this.#uids.delete(node);
  }

  wipeNode(node: NodeId): NodeDisk {
    assert(this.#uids.has(node), () => `${node} is there`);
    return this.#newDisk(node);
  }

  close(): void {}

  #newDisk(node: NodeId): NodeDisk {
    this.#lastUid += 1;
    this.#uids.set(node, this.#lastUid);
    return { node, uid: this.#lastUid, path: undefined };
  }
}
