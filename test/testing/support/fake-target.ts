import { DiskError, type Envelope } from "@kontiki/actors/node";
import {
  initialMembership,
  nodeId,
  type Change,
  type Membership,
  type NodeId,
} from "@kontiki/core";
import { Chance } from "../../../packages/testing/src/chance.ts";
import { Counters } from "../../../packages/testing/src/run/counters.ts";
import type { CrashPoint, Kept } from "../../../packages/testing/src/scenario/fault.ts";
import type { Holdings } from "../../../packages/testing/src/engine/loss.ts";
import type { FaultTarget } from "../../../packages/testing/src/engine/fault-target.ts";
import { SimClock } from "../../../packages/testing/src/simulation/sim-clock.ts";
import type { SimDisk } from "../../../packages/testing/src/simulation/sim-disk.ts";
import { SimNetwork } from "../../../packages/testing/src/simulation/sim-network.ts";
import { FakeTimeline } from "./fake-timeline.ts";
import { simDisk } from "./sim-disk.ts";

type FakeNode = {
  readonly clock: SimClock;
  disk: SimDisk;
  uid: number;
  life: "running" | "down" | "refused";
  /** Whether its process has recovered. */
  hasRead: boolean;
  paused: boolean;
  /** What the atlas learns of its disk. */
  held: Holdings;
  whole: boolean;
};

function textOf(kept: Kept | undefined): string {
  return kept === undefined ? "" : ` ${kept}`;
}

/** A fake cluster that records all calls. Each disk has a log of two batches. */
export class FakeTarget implements FaultTarget {
  readonly timeline = new FakeTimeline();
  readonly counters = new Counters();
  readonly done: string[] = [];
  readonly arrived: string[] = [];
  readonly network: SimNetwork;
  leading: string | undefined = "n1";
  joined: readonly Membership[];
  /** The reason why the leader rejects a change; undefined when it accepts. */
  answer: string | undefined = undefined;
  readonly #nodes = new Map<NodeId, FakeNode>();
  /** The node that owns each disk. */
  readonly #owners = new Map<SimDisk, NodeId>();
  #count = 0;

  constructor(count: number) {
    this.network = new SimNetwork({
      timeline: this.timeline,
      chance: new Chance("network"),
      settings: { latencyMs: [1, 1] },
      counters: this.counters,
      remembers: true,
      deliver: ({ from, to }: Envelope) => this.arrived.push(`${from}>${to}`),
      onLost: () => {},
    });
    for (let number = 0; number < count; number += 1) this.#make();
    this.joined = [initialMembership(this.nodes)];
  }

  get nodes(): readonly NodeId[] {
    return [...this.#nodes.keys()];
  }

  disk = (node: NodeId): SimDisk => this.node(node).disk;
  clock = (node: NodeId): SimClock => this.node(node).clock;
  uid = (node: NodeId): number => this.node(node).uid;
  isRunning = (node: NodeId): boolean => this.#nodes.get(node)?.life === "running";
  hasReadDisk = (node: NodeId): boolean => this.isRunning(node) && this.node(node).hasRead;
  isIntact = (node: NodeId): boolean => this.node(node).whole;
  /** How long a node with the disk of another looks at it, in ms. */
  looksMs = 0;
  withOthersDisk(node: NodeId): "refused" | "accepted" | undefined {
    if (this.timeline.now < this.looksMs) return undefined;
    return this.isRunning(node) ? "accepted" : "refused";
  }
  holdings(node: NodeId): Holdings | undefined {
    if (!this.isRunning(node)) return undefined;
    const { held, disk } = this.node(node);
    return disk.isDamaged ? { ...held, lacks: undefined } : held;
  }

  leader = (): NodeId | undefined => this.nodes.find((node) => node === this.leading);
  memberships = (): readonly Membership[] => this.joined;

  membership(): Membership {
    return this.joined.at(-1) ?? initialMembership([]);
  }

  node(name: string): FakeNode {
    const node = this.#nodes.get(nodeId(name));
    if (node === undefined) throw new Error(`there is no ${name}`);
    return node;
  }

  crash(name: NodeId, cause: string, kept: Kept | undefined): void {
    const node = this.node(name);
    if (node.life === "down") return;
    this.#did(`crash ${name}${textOf(kept)}: ${cause}`);
    node.life = "down";
    node.paused = false;
    if (kept !== undefined) node.disk.losePower(kept);
  }

  crashAt(name: NodeId, point: CrashPoint, kept: Kept | undefined): () => void {
    this.#did(`arm ${name} ${point}${textOf(kept)}`);
    return () => this.#did(`disarm ${name}`);
  }

  stop(name: NodeId): void {
    this.#did(`stop ${name}`);
    this.node(name).life = "down";
  }

  start(name: NodeId): void {
    const node = this.node(name);
    node.life = this.#owners.get(node.disk) === name ? "running" : "refused";
    this.#did(`start ${name}${node.life === "refused" ? ": refused" : ""}`);
    if (node.life === "refused" || !node.disk.isDamaged) return;
    // The damaged log is removed, and the node must get it from the others.
    node.whole = false;
    node.held = { ...node.held, lacks: undefined };
    node.disk = this.#newDisk(name);
  }

  pause(name: NodeId): void {
    this.#did(`pause ${name}`);
    this.node(name).paused = true;
  }

  resume(name: NodeId): void {
    this.#did(`resume ${name}`);
    this.node(name).paused = false;
  }

  wipe(name: NodeId): void {
    this.#did(`wipe ${name}`);
    const node = this.node(name);
    node.disk = this.#newDisk(name);
    node.whole = false;
    node.uid += 1;
  }

  addNode(): NodeId {
    const name = this.#make();
    this.node(name).whole = false;
    this.node(name).uid = 7;
    this.#did(`add ${name}`);
    return name;
  }

  removeNode(name: NodeId): void {
    this.#did(`remove ${name}`);
    this.#nodes.delete(name);
  }

  swapDisks(one: NodeId, other: NodeId): void {
    this.#did(`swap ${one} ${other}`);
    const [a, b] = [this.node(one), this.node(other)];
    [a.disk, b.disk] = [b.disk, a.disk];
  }

  change(changes: readonly Change[], onEnd: (refusal: string | undefined) => void): void {
    this.#did(`change ${changes.map(({ type, node }) => `${type} ${node}`).join(", ")}`);
    onEnd(this.answer);
  }

  transfer = (to: NodeId | undefined): void => this.#did(`transfer ${to ?? "anywhere"}`);
  snapshot = (node: NodeId): void => this.#did(`snapshot ${node}`);
  compact = (node: NodeId): void => this.#did(`compact ${node}`);

  /** Returns and clears the recorded calls. */
  take(): string[] {
    return this.done.splice(0);
  }

  /** Writes two more batches to a log, like a running node, unless its disk fails. */
  write(name: string): void {
    try {
      const file = this.node(name).disk.open("0000000001.wal");
      for (const length of [100, 120]) {
        file.append(new Uint8Array(length).fill(1));
        file.sync();
      }
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
    }
  }

  #did(what: string): void {
    this.done.push(`${this.timeline.now} ${what}`);
  }

  #make(): NodeId {
    this.#count += 1;
    const name = nodeId(`n${this.#count}`);
    const disk = this.#newDisk(name);
    this.#nodes.set(name, {
      clock: new SimClock(this.timeline, new Chance(name)),
      disk,
      uid: 0,
      life: "running",
      hasRead: true,
      paused: false,
      held: { entries: new Set(), snapshot: 0, lacks: { entries: [], upTo: 0 } },
      whole: true,
    });
    this.write(name);
    return name;
  }

  #newDisk(name: NodeId): SimDisk {
    const { disk } = simDisk(name);
    this.#owners.set(disk, name);
    disk.create("0000000001.wal", new Uint8Array(52));
    return disk;
  }
}
