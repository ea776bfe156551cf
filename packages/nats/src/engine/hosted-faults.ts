import { renameSync } from "node:fs";
import { join } from "node:path";
import { FileDisk, KontikiError, type Disk } from "@kontiki/actors";
import type { FaultsUnderTest } from "@kontiki/testing";
import type { HostedNode } from "./hosted-node.ts";

/** What a {@link HostedFaults} needs. */
export type HostedFaultsParts = {
  readonly node: (id: string) => HostedNode;
  /** The folder of a node's files, which is in the folder of its host. @throws KontikiError when there is no such node. */
  readonly folderOf: (id: string) => string;
};

/** Faults of nodes whose hosts are processes of this machine: their files are here, all else is ordered of the host. */
export class HostedFaults implements FaultsUnderTest {
  readonly #parts: HostedFaultsParts;

  constructor(parts: HostedFaultsParts) {
    this.#parts = parts;
  }

  losePower: FaultsUnderTest["losePower"] = (node, kept) => this.#parts.node(node).losePower(kept);

  crashAt: FaultsUnderTest["crashAt"] = (node, point, kept) =>
    this.#parts.node(node).crashAt(point, kept);

  disturb: FaultsUnderTest["disturb"] = (node, disturbance) =>
    this.#parts.node(node).disturb(disturbance);

  effects: FaultsUnderTest["effects"] = (node) => this.#parts.node(node).effects.total;

  counts: FaultsUnderTest["counts"] = (node) => this.#parts.node(node).counts.total;

  diskOf(node: string): Disk {
    return new FileDisk(this.#parts.folderOf(node));
  }

  async swapDisks(one: string, other: string): Promise<void> {
    for (const id of [one, other])
      if (!this.#parts.node(id).isDown) throw new KontikiError(`${id} runs: its disk is in use`);
    const [first, second] = [this.#parts.folderOf(one), this.#parts.folderOf(other)];
    const between = join(first, "..", "swapped");
    renameSync(first, between);
    renameSync(second, first);
    renameSync(between, second);
  }
}
