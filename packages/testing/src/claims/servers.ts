import type { NodeId, State } from "@kontiki/core";
import { DiskWitness } from "./disk-witness.ts";
import type { PlacedEntries } from "./placed.ts";

/** A node during one life: from a start to the end of its process. */
export type Server = {
  readonly node: NodeId;
  readonly disk: DiskWitness;
  /** After its last step; undefined before the first of this life. */
  state: State | undefined;
};

/** The nodes as the checks see them, and all disks that they ever had. */
export class Servers {
  readonly #placed: PlacedEntries;
  readonly #running = new Map<NodeId, Server>();
  readonly #disks = new Map<string, DiskWitness>();
  readonly #inUse = new Map<NodeId, DiskWitness>();

  constructor(placed: PlacedEntries) {
    this.#placed = placed;
  }

  /** The running nodes, in the order of their starts. */
  get running(): Iterable<Server> {
    return this.#running.values();
  }

  get(node: string): Server | undefined {
    return this.#running.get(node as NodeId);
  }

  /** The disk of this name and uid; an empty one if it is new. */
  disk(node: NodeId, uid: number): DiskWitness {
    const name = `${node}#${uid}`;
    let disk = this.#disks.get(name);
    if (disk === undefined) {
      disk = new DiskWitness(node, uid, this.#placed);
      this.#disks.set(name, disk);
    }
    return disk;
  }

  /** The disk that a node started with last, whether it runs or not. */
  inUse(node: string): DiskWitness | undefined {
    return this.#inUse.get(node as NodeId);
  }

  started(node: NodeId, uid: number): Server {
    const disk = this.disk(node, uid);
    const server: Server = { node, disk, state: undefined };
    this.#inUse.set(node, disk);
    this.#running.delete(node);
    this.#running.set(node, server);
    return server;
  }

  ended(node: NodeId): void {
    this.#running.delete(node);
  }
}
