import { KontikiError } from "../errors.ts";
import { CRASH_POINTS, KEPTS, type CrashPoint, type Kept } from "../faults/crash-points.ts";
import { DISTURBANCE, type Disturbance } from "../faults/disturbance.ts";
import { FaultCells, type FaultEffect } from "../faults/fault-cells.ts";
import { ExperimentCounts, type ExperimentCount } from "../metrics/experiment-counts.ts";
import { checkArgument } from "../options/argument.ts";
import { countArguments } from "../options/argument-count.ts";
import { someNode } from "../options/node-names.ts";
import { callable } from "../options/rules.ts";
import { checkOptions } from "../options/schema.ts";
import { oneOf } from "../options/words.ts";
import type { Disk } from "../storage/disk/disk.ts";
import { FileDisk } from "../storage/disk/file-disk.ts";
import { MemoryDisk } from "../storage/disk/memory-disk.ts";
import { maxSegmentBytes } from "../storage/wal/open-wal.ts";
import type { InjectedFaults, RemoteChild } from "../program/remote-child.ts";
import type { RemoteSupervisor } from "../program/remote-supervisor.ts";
import { CrashGate } from "../threads/crash-gate.ts";
import type { MailCarrier } from "../threads/mail-carrier.ts";
import { waitFor } from "./deadline.ts";

const CARRIER = callable<MailCarrier>(" that takes a letter and a function that delivers it");
const KEPT = oneOf(...KEPTS);
const POINT = oneOf(...CRASH_POINTS);

/** What carries the letters between nodes now; undefined for nothing. */
export type Network = { carrier: MailCarrier | undefined };

/** A carrier that does what the present one does. */
export function switching(network: Network): MailCarrier {
  return (letter, deliver) => {
    if (network.carrier === undefined) deliver(letter);
    else network.carrier(letter, deliver);
  };
}

/**
 * Injects faults into the threads, the disks and the mail of a running cluster. Nothing is wrong until something is said,
 * and what is said holds for the node's later threads too.
 */
export class ClusterFaults {
  readonly #network: Network;
  readonly #supervisor: () => RemoteSupervisor;

  static {
    countArguments<ClusterFaults>(
      ClusterFaults.prototype,
      { where: "ClusterFaults" },
      {
        rejects: { losePower: 2, swapDisks: 2 },
        throws: { carry: 1, disturb: 2, effects: 1, counts: 1, crashAt: 3, diskOf: 1 },
      },
    );
  }

  /**
   * It comes from {@link Cluster.faults}.
   *
   * @hidden
   */
  constructor(network: Network, supervisor: () => RemoteSupervisor) {
    this.#network = network;
    this.#supervisor = supervisor;
  }

  /**
   * Lets `network` carry the letters that nodes send to each other from now on, in place of an earlier one; without it they take
   * their direct way again. See {@link ClusterOptions.network}. It holds when the call returns. Letters on their way, also those
   * that an earlier one still delivers, arrive.
   */
  carry(network?: MailCarrier): void {
    if (network !== undefined) checkArgument("ClusterFaults.carry", "network", CARRIER, network);
    this.#network.carrier = network;
    this.#supervisor().mail.carry(network !== undefined);
  }

  /**
   * Sets what is wrong with a node's disk and clock, in place of what was; `{}` for nothing. It holds when the call returns.
   *
   * @throws KontikiError when there is no such node.
   */
  disturb(node: string, disturbance: Disturbance): void {
    const where = "ClusterFaults.disturb";
    const { faults } = this.#child(where, node);
    checkOptions(where, DISTURBANCE, disturbance, "disturbance");
    new FaultCells(faults.cells).set(disturbance);
  }

  /** How often what is wrong with a node has had an effect. @throws KontikiError when there is no such node. */
  effects(node: string): Readonly<Record<FaultEffect, number>> {
    return new FaultCells(this.#child("ClusterFaults.effects", node).faults.cells).effects();
  }

  /**
   * Crashes a node when it next reaches this point of a turn, in place of an earlier one; undefined for none. That
   * holds when the call returns. The node restarts as after any crash.
   *
   * @param kept what a loss of power leaves of bytes that were not synced; undefined when power is not lost.
   * @throws KontikiError when there is no such node or point.
   */
  crashAt(node: string, point: CrashPoint | undefined, kept?: Kept): void {
    const where = "ClusterFaults.crashAt";
    const { faults } = this.#child(where, node);
    if (point !== undefined) checkArgument(where, "point", POINT, point);
    if (kept !== undefined) checkArgument(where, "kept", KEPT, kept);
    new CrashGate(faults.gate).arm(point && { point, kept });
  }

  /**
   * Kills a node's thread, and makes of its files what a machine that lost power could have left. Waits until both is done.
   * The node restarts as after any crash.
   *
   * @param kept what is left of bytes that were not synced.
   * @throws KontikiError when there is no such node, or it has no thread.
   */
  async losePower(node: string, kept: Kept): Promise<void> {
    const where = "ClusterFaults.losePower";
    const { child } = this.#child(where, node);
    checkArgument(where, "kept", KEPT, kept);
    await child.crash(kept);
    const { incarnation } = child;
    const isOver = (): boolean => !child.hasThread || child.incarnation > incarnation;
    await waitFor(this.#supervisor().events, `crash of ${node}`, () => isOver() || undefined, {});
  }

  /** How often each thing has happened to a node, in all its lives, by the names of the counts of a run. @hidden */
  counts(node: string): Readonly<Record<ExperimentCount, number>> {
    return new ExperimentCounts(this.#child("ClusterFaults.counts", node).faults.counts).read();
  }

  /**
   * Exchanges the disks of two nodes, as if a cable went into the wrong machine: folders are renamed. Both must be stopped
   * or have failed. Each refuses to start from the other's disk, until they are exchanged again.
   *
   * @throws KontikiError when there is no such node, or one of them may use its disk.
   */
  async swapDisks(one: string, other: string): Promise<void> {
    const where = "ClusterFaults.swapDisks";
    const second = this.#child(where, other).child;
    await this.#child(where, one).child.swapDisks(second.id);
  }

  /** A node's disk, beside its thread, for tests that read or damage it. @hidden */
  diskOf(node: string): Disk {
    const { disk } = this.#child("ClusterFaults.diskOf", node).faults;
    return disk.type === "file"
      ? new FileDisk(disk.path)
      : new MemoryDisk({ files: disk.files, maxFileBytes: maxSegmentBytes() });
  }

  #child(
    where: string,
    node: string,
  ): { readonly child: RemoteChild; readonly faults: InjectedFaults } {
    checkArgument(where, "node", someNode, node);
    const { children } = this.#supervisor();
    const child = children.find(({ id }) => id === node);
    if (child?.faults === undefined)
      throw new KontikiError(
        `there is no node ${node}: there are ${children.map(({ id }) => id).join(", ")}`,
      );
    return { child, faults: child.faults };
  }
}
