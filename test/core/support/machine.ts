import {
  index,
  type Entry,
  type Membership,
  type NodeId,
  type Snapshot,
  type Term,
} from "@kontiki/core";
import type { Command } from "./core.ts";

/** A snapshot as a disk holds it. */
export type File = { readonly snapshot: Snapshot; readonly bytes: Uint8Array };

/** The state machine: all commands in the order in which they were applied. */
export class Machine {
  #applied = 0;
  #commands: Command[] = [];

  /** The machine in a snapshot. @throws when the bytes do not match the checksum. */
  static of({ snapshot, bytes }: File): Machine {
    if (bytes.length !== snapshot.size || checksumOf(bytes) !== snapshot.checksum)
      throw new Error(`the snapshot of ${snapshot.index} is damaged`);
    const machine = new Machine();
    machine.#applied = snapshot.index;
    const [, ...commands] = JSON.parse(new TextDecoder().decode(bytes)) as readonly string[];
    machine.#commands = commands;
    return machine;
  }

  /** A machine in the same state. */
  copy(): Machine {
    const copy = new Machine();
    copy.#applied = this.#applied;
    copy.#commands = [...this.#commands];
    return copy;
  }

  /** The last entry that was applied; 0 before the first. */
  get applied(): number {
    return this.#applied;
  }

  get commands(): readonly Command[] {
    return this.#commands;
  }

  apply(entry: Entry<Command>): void {
    if (entry.index !== this.#applied + 1)
      throw new Error(`entry ${entry.index} is applied after ${this.#applied}`);
    this.#applied = entry.index;
    if (entry.type === "command") this.#commands.push(entry.command);
  }
}

/** A snapshot of a machine. Two servers' snapshots have different bytes, as is allowed. */
export function fileOf(machine: Machine, term: Term, membership: Membership, by: NodeId): File {
  const bytes = new TextEncoder().encode(JSON.stringify([by, ...machine.commands]));
  const at = index(machine.applied);
  const checksum = checksumOf(bytes);
  return { snapshot: { index: at, term, membership, size: bytes.length, checksum }, bytes };
}

/** The checksum of a snapshot's bytes. */
export function checksumOf(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => (Math.imul(sum, 31) + byte) >>> 0, 7);
}
