import type { NodeId } from "@kontiki/core";
import type { Disk } from "../storage/disk/disk.ts";
import { DiskError } from "../storage/disk/disk.ts";
import type { Position } from "./host-wire.ts";
import { readLedger, writeLedger } from "./ledger-file.ts";
import { Ledger, type Presented } from "./ledger.ts";

/** A ledger that outlives its process: what is known of the nodes of other hosts is in a file. */
export class KeptLedger {
  readonly #disk: Pick<Disk, "create" | "read">;
  readonly #cluster: string;
  readonly #ledger: Ledger;
  #isNew = false;

  constructor(disk: Pick<Disk, "create" | "read">, cluster: string) {
    this.#disk = disk;
    this.#cluster = cluster;
    this.#ledger = new Ledger(readLedger(disk, cluster));
  }

  /**
   * Takes in nodes that their host presents. Returns why some of them must not run, by their name. What is new is on the
   * disk before this returns, and so before anything that these nodes send is taken: else a restart would forget it.
   */
  present(nodes: readonly Presented[]): ReadonlyMap<NodeId, string> {
    const refused = new Map<NodeId, string>();
    let isNew = false;
    for (const each of nodes) {
      const before = this.#ledger.known.get(each.node);
      const why = this.#ledger.present(each);
      if (why !== undefined) refused.set(each.node, why);
      isNew ||= this.#ledger.known.get(each.node) !== before;
    }
    if (isNew) this.#write();
    return refused;
  }

  /** Whether that is the present start of the node. */
  isPresent(node: NodeId, life: string): boolean {
    return this.#ledger.isPresent(node, life);
  }

  /** Notes what the present start of a node has told. It is written to the disk by `save`. */
  note(node: NodeId, position: Position): void {
    if (this.#ledger.note(node, position)) this.#isNew = true;
  }

  /** Writes what is new. */
  save(): void {
    if (this.#isNew) this.#write();
  }

  /** A disk that is full now takes it later: what is known counts all the same. */
  #write(): void {
    try {
      writeLedger(this.#disk, this.#cluster, this.#ledger.known);
      this.#isNew = false;
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      this.#isNew = true;
    }
  }
}
