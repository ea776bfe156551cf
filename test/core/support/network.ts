import type { Message, NodeId } from "@kontiki/core";
import type { Command } from "./core.ts";

/** A message in flight, from and to a server with a certain disk. */
export type Packet = {
  readonly from: NodeId;
  readonly fromUid: number;
  readonly to: NodeId;
  readonly toUid: number;
  readonly message: Message<Command>;
};

/** Packets in flight: a list, to be delivered in any order, twice, or never. */
export class Network {
  readonly packets: Packet[] = [];
  #groups: readonly (readonly NodeId[])[] | undefined;

  /** Removes the packet at `at` from the list, and returns it if it arrives. */
  take(at: number): Packet | undefined {
    const packet = this.packets[at];
    if (packet === undefined) return undefined;
    this.packets.splice(at, 1);
    return this.#reaches(packet.from, packet.to) ? packet : undefined;
  }

  duplicate(at: number): void {
    const packet = this.packets[at];
    if (packet !== undefined) this.packets.push(packet);
  }

  /** From now on packets pass only within a group. A server in no group is alone. */
  partition(groups: readonly (readonly NodeId[])[]): void {
    this.#groups = groups;
  }

  heal(): void {
    this.#groups = undefined;
  }

  #reaches(from: NodeId, to: NodeId): boolean {
    const groups = this.#groups;
    return groups === undefined || groups.some((ids) => ids.includes(from) && ids.includes(to));
  }
}
