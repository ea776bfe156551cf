import { quorumBeats, type FromNode, type Notice, type StateMachine } from "@kontiki/actors/node";
import { makeConfig, type Config, type NodeId } from "@kontiki/core";
import type { Chance } from "../chance.ts";
import type { Counters } from "../run/counters.ts";
import type { Kept } from "../scenario/fault.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { CrashPoints } from "./crash-points.ts";
import type { CoreStep, Happening } from "../engine/observer.ts";
import type { MachineRules } from "./invariant.ts";
import type { MachineCalls } from "./machine-calls.ts";
import { SimClock } from "./sim-clock.ts";
import { Surroundings } from "../surroundings.ts";
import { SimDisk } from "./sim-disk.ts";
import { SimProcess } from "./sim-process.ts";
import type { Timeline } from "../engine/timeline.ts";

/** What a node needs. */
export type SimNodeParts = {
  readonly id: NodeId;
  readonly uid: number;
  /** The voters at the beginning of the cluster. */
  readonly voters: readonly NodeId[];
  readonly scenario: Scenario;
  readonly timeline: Timeline;
  readonly chance: Chance;
  readonly counters: Counters;
  readonly machine: () => StateMachine;
  readonly rules: MachineRules;
  readonly calls: MachineCalls;
  readonly onStep: (step: CoreStep) => void;
  readonly onHappening: (happening: Happening) => void;
  readonly onPost: (message: FromNode) => void;
  readonly onNotice: (notice: Notice) => void;
};

/** A machine with a name, a disk and a clock, on which one process after another runs. */
export class SimNode {
  readonly id: NodeId;
  readonly clock: SimClock;
  readonly points = new CrashPoints();
  /** Whether its process stands still. */
  isPaused = false;
  readonly #parts: SimNodeParts;
  #uid: number;
  #disk: SimDisk;
  #process: SimProcess | undefined;
  #latest: SimProcess | undefined;
  /** The last process that recovered from its disk, before the current one. */
  #earlier: SimProcess | undefined;
  #starts = 0;
  #disks = 0;
  #deferred: (() => void)[] = [];
  readonly #turns: Chance;
  readonly #around: Surroundings;
  /** Whether a turn is due after a delay. */
  #hasTurn = false;

  constructor(parts: SimNodeParts) {
    const { id, uid, timeline, chance } = parts;
    this.#parts = parts;
    this.id = id;
    this.#uid = uid;
    this.clock = new SimClock(timeline, chance.fork("clock"));
    this.#turns = chance.fork("turns");
    this.#around = new Surroundings(() => this.clock.nowMs(), chance.fork("machine"));
    this.#disk = this.#newDisk();
  }

  get disk(): SimDisk {
    return this.#disk;
  }

  /** The uid of its disk: 0 for the disk at the beginning of the cluster. */
  get uid(): number {
    return this.#uid;
  }

  /** The running process, if there is one. */
  get process(): SimProcess | undefined {
    return this.#process;
  }

  /** The last process that had recovered. It has what the node knew, because a failed start learns nothing. */
  get last(): SimProcess | undefined {
    return this.#latest?.actor === undefined ? this.#earlier : this.#latest;
  }

  /** Makes a process. The caller starts it through `enter`. */
  begin(enter: (call: () => void) => void): SimProcess {
    const { scenario, timeline, machine, rules, calls } = this.#parts;
    const { onStep, onHappening, onPost, onNotice } = this.#parts;
    this.#starts += 1;
    const process = new SimProcess({
      config: this.#config(),
      incarnation: this.#starts,
      settings: scenario.cluster,
      disk: this.#disk,
      clock: this.clock,
      timeline,
      machine,
      around: this.#around,
      rules,
      calls,
      points: this.points,
      enter: (call) => {
        if (this.#process === process) enter(call);
      },
      onPost,
      onNotice,
      onStep,
      onHappening,
    });
    this.#process = process;
    this.#earlier = this.last;
    this.#latest = process;
    return process;
  }

  /** Ends its process at once; with `kept` power is lost. */
  end(kept: Kept | undefined): void {
    this.#process = undefined;
    this.#deferred = [];
    this.#disk.takeDelayMs();
    if (kept !== undefined) this.#disk.losePower(kept);
  }

  /** Calls back when a node with mail has its turn: at once, or after the time that the scenario gives. */
  whenItsTurn(ring: () => void): void {
    const { turnDelayMs } = this.#parts.scenario.cluster;
    if (turnDelayMs === undefined) return ring();
    if (this.#hasTurn) return;
    this.#hasTurn = true;
    this.#parts.timeline.after(this.#turns.between(...turnDelayMs), () => {
      this.#hasTurn = false;
      ring();
    });
  }

  /** Keeps a call until the process resumes. */
  defer(call: () => void): void {
    this.#deferred.push(call);
  }

  takeDeferred(): readonly (() => void)[] {
    const deferred = this.#deferred;
    this.#deferred = [];
    return deferred;
  }

  /** Gives it an empty disk. No process may run on it. */
  replaceDisk(uid: number): void {
    this.#uid = uid;
    this.#disk = this.#newDisk();
  }

  /** Exchanges disks with another node. No process may run on either. */
  swapDiskWith(other: SimNode): void {
    [this.#disk, other.#disk] = [other.#disk, this.#disk];
  }

  #newDisk(): SimDisk {
    const { id, chance, counters, scenario, onHappening } = this.#parts;
    this.#disks += 1;
    const disk = new SimDisk({
      chance: chance.fork(`disk ${this.#disks}`),
      settings: scenario.disk,
      counters,
      onStep: (step, file) => this.#process?.onDiskStep(step, file),
      onLoss: (loss) => onHappening({ type: "damaged", node: id, loss }),
      onSnapshot: (name, bytes, isDurable) =>
        onHappening({ type: "published", node: id, uid: this.#uid, name, bytes, isDurable }),
    });
    // A node's folder names its node from the beginning, also if the node has never run with it.
    disk.claim(id);
    return disk;
  }

  #config(): Config {
    const { id, voters, scenario } = this.#parts;
    const { cluster } = scenario;
    const { maxInflightBytes, maxUncommittedBytes } = cluster.limits ?? {};
    return makeConfig({
      id,
      uid: this.#uid,
      voters,
      preVote: cluster.preVote,
      quorumBeats: quorumBeats(cluster.electionTimeoutMs, cluster.heartbeatMs),
      leases: cluster.leases !== undefined,
      keptEntries: cluster.keptEntries,
      maxAppendBytes: cluster.maxAppendBytes,
      maxInflight: cluster.maxInflight,
      ...(maxInflightBytes !== undefined && { maxInflightBytes }),
      ...(maxUncommittedBytes !== undefined && { maxUncommittedBytes }),
    });
  }
}
