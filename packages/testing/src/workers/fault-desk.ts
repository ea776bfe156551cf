import { KontikiError, type Cluster, type Envelope, type Member } from "@kontiki/actors";
import type { Membership } from "@kontiki/core";
import { Chance } from "../chance.ts";
import { Nemesis, type FaultHappening } from "../nemesis/nemesis.ts";
import { nothing } from "../nemesis/stage.ts";
import { Counters } from "../run/counters.ts";
import { pathText } from "../scenario/complaint.ts";
import { readFault } from "../scenario/read-fault.ts";
import type { Fault, FaultType } from "../scenario/fault.ts";
import { factsOf, isTypeIn } from "../scenario/faults/table.ts";
import { SimNetwork } from "../simulation/sim-network.ts";
import { ClusterTarget } from "./cluster-target.ts";
import { NodeKeeper } from "./node-keeper.ts";
import { notPossible } from "./not-possible.ts";
import { RealTimeline } from "./real-timeline.ts";

/** A fault that is in force. */
export type FaultInForce = {
  /** Its number at this desk, from 1. */
  readonly id: number;
  /** What was injected. */
  readonly fault: Fault;
  /** The nodes that it struck. */
  readonly nodes: readonly string[];
  /** When it began, in ms from the first fault on. */
  readonly sinceMs: number;
};

type Entry = FaultInForce & { readonly owner: object | undefined; readonly end: () => void };

/** How often to look whether the last letters have arrived, in ms, before mail takes its direct way again. */
const IDLE_MS = 50;

/** How long to wait for a leader, in ms. */
const LEADER_MS = 1_000;

/**
 * Injects faults into a running cluster, one at a time, as scenarios do: the same faults, written in the same way, carried
 * out by the same nemesis. It keeps a ledger of those that are in force, and undoes them when they are healed, when the one
 * who injected them is gone, and at the end.
 *
 * The cluster must have been started with the option `faults`. Letters between nodes take a way through this thread while a
 * fault of the network is in force.
 */
export class FaultDesk {
  readonly #cluster: Cluster<unknown, unknown>;
  readonly #timeline = new RealTimeline();
  readonly #counters = new Counters();
  readonly #network: SimNetwork;
  readonly #target: ClusterTarget;
  readonly #keeper: NodeKeeper;
  readonly #nemesis: Nemesis;
  readonly #ledger = new Map<number, Entry>();
  #deliver: (letter: Envelope) => void = () => {};
  #last = 0;
  /** What became of the fault that is beginning. */
  #nodes: readonly string[] = [];
  #reason: string | undefined;
  #isCarrying = false;

  private constructor(
    cluster: Cluster<unknown, unknown>,
    leases: { readonly clockDrift: number } | undefined,
    membership: Membership,
  ) {
    this.#cluster = cluster;
    const [timeline, counters] = [this.#timeline, this.#counters];
    const chance = new Chance(Math.floor(Math.random() * 2 ** 32));
    this.#network = new SimNetwork({
      timeline,
      chance: chance.fork("network"),
      settings: { latencyMs: [0, 0] },
      counters,
      remembers: true,
      deliver: (letter) => this.#deliver(letter),
      onLost: () => undefined,
    });
    this.#keeper = new NodeKeeper(cluster);
    const [keeper, network] = [this.#keeper, this.#network];
    const disks = chance.fork("disks");
    this.#target = new ClusterTarget({
      cluster,
      keeper,
      timeline,
      network,
      counters,
      chance: disks,
      membership,
    });
    this.#nemesis = new Nemesis({
      target: this.#target,
      cluster: { leases },
      chance: chance.fork("faults"),
      counters,
      report: (happening) => this.#onHappening(happening),
    });
  }

  /**
   * Begins a ledger for a cluster.
   *
   * @param leases those of the cluster: with them clocks stay within a bound.
   * @throws KontikiError when no node leads within a second, because it decides which nodes vote.
   */
  static async open(
    cluster: Cluster<unknown, unknown>,
    leases?: { readonly clockDrift: number },
  ): Promise<FaultDesk> {
    const { members } = await cluster.members({ timeoutMs: LEADER_MS });
    return new FaultDesk(cluster, leases, membershipOf(members));
  }

  /** The faults that are in force, in the order in which they began. */
  get inForce(): readonly FaultInForce[] {
    return [...this.#ledger.values()].map(({ id, fault, nodes, sinceMs }) => ({
      id,
      fault,
      nodes,
      sinceMs,
    }));
  }

  /** The directions between two nodes in which no letter arrives now, as `n1>n2`. */
  get cuts(): readonly string[] {
    const { nodeIds } = this.#cluster;
    return nodeIds.flatMap((from) =>
      nodeIds
        .filter((to) => to !== from && this.#network.cutBetween(from, to) !== undefined)
        .map((to) => `${from}>${to}`),
    );
  }

  /** How often faults have had an effect so far. */
  get counts(): Readonly<Record<string, number>> {
    return this.#counters.toRecord();
  }

  /**
   * Begins a fault now. Resolves when the threads that it strikes have done what it asks of them.
   *
   * @param written as in a scenario, without its time: `{ crash: "leader" }`, `{ for: "2s", partition: [["n1"], ["n2"]] }`.
   * @param owner faults of one owner can be healed together.
   * @returns the fault and its nodes. It is not in force any more if it was over at once, as a crash is.
   * @throws KontikiError with one line when it is not a fault, or not possible now.
   */
  async inject(written: object, owner?: object): Promise<FaultInForce> {
    const fault = faultOf(written);
    const isOfNetwork = isTypeIn("network", fault.type);
    if (isOfNetwork) this.#carry();
    const id = this.#last + 1;
    this.#last = id;
    const begun = { id, fault, sinceMs: this.#timeline.now };
    this.#ledger.set(id, { ...begun, nodes: [], owner, end: nothing });
    this.#reason = "nothing began";
    const end = this.#nemesis.perform({ ...fault, id });
    const reason = this.#reason;
    const nodes = this.#nodes;
    if (this.#ledger.has(id)) this.#ledger.set(id, { ...begun, nodes, owner, end });
    if (reason !== undefined) {
      this.#over(id);
      throw new KontikiError(notPossible(fault.type, reason, this.#target));
    }
    await this.#keeper.settled();
    return { ...begun, nodes };
  }

  /** Ends faults before their time. Resolves to those that it ended, when nodes have been told to continue. */
  async heal(isMeant: (fault: FaultInForce) => boolean): Promise<readonly FaultInForce[]> {
    return this.#end((entry) => isMeant(entry));
  }

  /** Ends what one owner began. */
  async healOf(owner: object): Promise<void> {
    await this.#end((entry) => entry.owner === owner);
  }

  /** Faults of this owner stay until they are healed or over, whatever becomes of it. */
  disown(owner: object): void {
    for (const entry of this.#ledger.values())
      if (entry.owner === owner) this.#ledger.set(entry.id, { ...entry, owner: undefined });
  }

  /** Ends all faults, and starts and resumes all nodes that faults keep down or paused. */
  async close(): Promise<void> {
    this.#nemesis.endAll();
    await this.#keeper.healAll();
    if (this.#isCarrying) this.#cluster.faults.carry();
    this.#isCarrying = false;
    this.#timeline.close();
  }

  async #end(isMeant: (entry: Entry) => boolean): Promise<readonly FaultInForce[]> {
    const meant = [...this.#ledger.values()].filter(isMeant);
    for (const { end } of meant) end();
    await this.#keeper.settled();
    return meant.map(({ id, fault, nodes, sinceMs }) => ({ id, fault, nodes, sinceMs }));
  }

  #onHappening(happening: FaultHappening): void {
    switch (happening.type) {
      case "faultBegan":
        this.#nodes = happening.nodes;
        this.#reason = undefined;
        return;
      case "faultSkipped":
        this.#reason = happening.reason;
        return;
      case "faultEnded":
        return this.#over(happening.fault.id);
      default:
        happening satisfies never;
    }
  }

  #over(id: number): void {
    this.#ledger.delete(id);
    this.#rest();
  }

  #carry(): void {
    if (this.#isCarrying) return;
    this.#isCarrying = true;
    this.#cluster.faults.carry((letter, deliver) => {
      this.#deliver = deliver;
      this.#network.send(letter);
    });
  }

  /** Mail takes its direct way again when no fault of the network is in force and all letters have arrived. */
  #rest(): void {
    if (!this.#isCarrying || this.#hasNetworkFault()) return;
    this.#timeline.after(IDLE_MS, () => {
      if (!this.#isCarrying || this.#hasNetworkFault()) return;
      if (!this.#network.isIdle) return this.#rest();
      this.#isCarrying = false;
      this.#cluster.faults.carry();
    });
  }

  #hasNetworkFault(): boolean {
    return [...this.#ledger.values()].some(({ fault }) => isTypeIn("network", fault.type));
  }
}

/** The membership of these members. One that joins may still be given up, and one that leaves may have to stay. */
function membershipOf(members: readonly Member[]): Membership {
  const those = (...roles: readonly Member["role"][]): Membership["voters"] =>
    members.filter(({ role }) => roles.includes(role)).map(({ id }) => id);
  const isLeft = those("leaving").length > 0;
  return {
    voters: those("voter"),
    outgoing: isLeft ? those("voter", "leaving") : [],
    learners: those("learner", "joining"),
    learnersNext: [],
    promotions: those("joining").map((node) => ({ node, replaces: undefined })),
    uids: Object.fromEntries(members.map(({ id, uid }) => [id, uid])),
    lastUid: Math.max(0, ...members.map(({ uid }) => uid)),
  };
}

function faultOf(written: object): Fault {
  const read = readFault({ at: 0, ...written }, []);
  if (!("type" in read)) {
    const [first] = read;
    const where = first === undefined ? "it" : pathText(first.path);
    throw new KontikiError(`${where} ${first?.text ?? "is not a fault"}`.trim());
  }
  if (read.when !== undefined)
    throw new KontikiError("a fault that is injected now waits for no moment");
  const reason = objectionAtDesk(read.type);
  if (reason !== undefined) throw new KontikiError(`${read.type} is not possible here: ${reason}`);
  return read;
}

function objectionAtDesk(type: FaultType): string | undefined {
  return factsOf(type).threads === "operator"
    ? "it changes members or replaces a disk; use their own commands"
    : undefined;
}
