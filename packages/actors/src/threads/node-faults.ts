import type { Kept } from "../faults/crash-points.ts";
import { FaultCells } from "../faults/fault-cells.ts";
import { takePower } from "../faults/lose-power.ts";
import { UnsyncedRecord } from "../faults/unsynced-record.ts";
import { messageOf } from "../errors.ts";
import type { FaultMemory, NodeSpec } from "../mail/protocol.ts";
import { ExperimentCounts } from "../metrics/experiment-counts.ts";
import { CrashGate } from "./crash-gate.ts";

/** Memory in which nothing is wrong, no crash is armed, and nothing has been counted. */
export function faultMemory(): FaultMemory {
  const [{ shared: cells }, { shared: gate }] = [FaultCells.quiet(), new CrashGate()];
  const [{ shared: unsynced }, { shared: counts }] = [new UnsyncedRecord(), new ExperimentCounts()];
  return { cells, gate, unsynced, counts };
}

/** The faults of one node, over all its threads. */
export class NodeFaults {
  /** What a thread is started with. */
  readonly memory: FaultMemory;
  readonly #cells: FaultCells;
  readonly #record: UnsyncedRecord;
  /** What the loss of power leaves that comes with the end of the present thread. */
  #kept: Kept | undefined;

  constructor(memory: FaultMemory) {
    this.memory = memory;
    this.#cells = new FaultCells(memory.cells);
    this.#record = new UnsyncedRecord(memory.unsynced);
  }

  /** The thread has reached the point at which it must end. */
  atPoint(kept: Kept | undefined): void {
    this.#kept = kept;
  }

  /** Power is lost when the present thread ends. */
  losePower(kept: Kept): void {
    this.#kept = kept;
  }

  /** The disk was replaced with an empty one. */
  forgetDisk(): void {
    this.#record.clear();
  }

  /** The thread has ended: what that means for its disk, in a few words; undefined if nothing. */
  threadEnded(disk: NodeSpec["disk"]): string | undefined {
    const kept = this.#kept;
    if (kept === undefined) return undefined;
    this.#kept = undefined;
    const dead = disk.type === "memory" ? disk : { type: "file" as const, record: this.#record };
    try {
      const { bytesLost, torn, namesUndone } = takePower(dead, kept, Math.random);
      this.#cells.count("disk.bytesLost", bytesLost);
      this.#cells.count("disk.torn", torn);
      const names = namesUndone === 0 ? "" : ` and ${namesUndone} changed file names`;
      return `power was lost, and with it ${bytesLost} unsynced bytes${names}`;
    } catch (error) {
      return `power was lost, but its files could not be changed: ${messageOf(error)}`;
    }
  }
}
