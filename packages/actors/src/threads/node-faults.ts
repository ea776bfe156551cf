import type { CrashPoint, Kept } from "../faults/crash-points.ts";
import type { Disturbance } from "../faults/disturbance.ts";
import { FaultCells, type FaultEffect } from "../faults/fault-cells.ts";
import { takePower } from "../faults/lose-power.ts";
import { UnsyncedRecord } from "../faults/unsynced-record.ts";
import { messageOf } from "../errors.ts";
import type { NodeSpec } from "../mail/protocol.ts";
import { ExperimentCounts } from "../metrics/experiment-counts.ts";
import { CrashGate } from "./crash-gate.ts";

/** A point at which a node's thread must end, and what its disk loses then: nothing if `kept` is undefined. */
export type ArmedCrash = { readonly point: CrashPoint; readonly kept: Kept | undefined };

/** The faults of one node, over all its threads. */
export class NodeFaults {
  readonly #cells = FaultCells.quiet();
  readonly #record = new UnsyncedRecord();
  readonly #counts = new ExperimentCounts();
  readonly #gate = new CrashGate();
  #disturbance: Disturbance | undefined;
  #armed: ArmedCrash | undefined;
  /** What the loss of power leaves that comes with the end of the present thread. */
  #kept: Kept | undefined;

  /** What a thread is started with. */
  get spec(): NonNullable<NodeSpec["faults"]> {
    const { shared: cells } = this.#cells;
    const [{ shared: gate }, { shared: unsynced }] = [this.#gate, this.#record];
    return { cells, gate, unsynced, counts: this.#counts.shared };
  }

  /** What the program reads and writes. */
  get memory(): Pick<NonNullable<NodeSpec["faults"]>, "cells" | "counts"> {
    return { cells: this.#cells.shared, counts: this.#counts.shared };
  }

  disturb(disturbance: Disturbance): void {
    this.#cells.set(disturbance, this.#disturbance);
    this.#disturbance = disturbance;
  }

  effects(): Readonly<Record<FaultEffect, number>> {
    return this.#cells.effects();
  }

  arm(crash: ArmedCrash | undefined): void {
    this.#armed = crash;
    this.#gate.arm(crash?.point);
  }

  /** The thread has reached the armed point. */
  atPoint(): void {
    this.#kept = this.#armed?.kept;
    this.#armed = undefined;
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
