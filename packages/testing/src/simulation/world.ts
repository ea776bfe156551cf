import type { FromNode, Order, Router } from "@kontiki/actors/node";
import { nodeId, type Change, type Membership, type NodeId } from "@kontiki/core";
import type { CrashPoint, Kept } from "../scenario/fault.ts";
import { AskedChanges } from "./asked-changes.ts";
import { ProcessEnd } from "./crash-points.ts";
import type { FaultTarget } from "../engine/fault-target.ts";
import type { Holdings } from "../engine/loss.ts";
import { holdingsOf } from "./holdings.ts";
import { haveSettled, leaderOf, membershipIn, membershipsIn } from "./overview.ts";
import type { SimClock } from "./sim-clock.ts";
import type { SimDisk } from "./sim-disk.ts";
import type { SimNetwork } from "./sim-network.ts";
import { SimNode } from "./sim-node.ts";
import type { VirtualTimeline } from "./virtual-timeline.ts";
import { WorldMail } from "./world-mail.ts";
import type { WorldParts } from "./world-parts.ts";

/** A cluster in virtual time: its nodes, its network, and the faults that they can have. */
export class World implements FaultTarget {
  readonly timeline: VirtualTimeline;
  readonly network: SimNetwork;
  readonly router: Router<NodeId>;
  readonly #parts: WorldParts;
  readonly #nodes = new Map<NodeId, SimNode>();
  readonly #changes: AskedChanges;
  readonly #voters: readonly NodeId[];
  readonly #mail: WorldMail;
  #lastUid = 0;
  #named: number;

  constructor(parts: WorldParts) {
    const { plan, timeline } = parts;
    this.#parts = parts;
    this.timeline = timeline;
    this.#changes = new AskedChanges(timeline);
    this.#mail = new WorldMail(parts);
    this.network = this.#mail.network;
    this.router = this.#mail.router;
    this.#voters = Array.from({ length: plan.nodes }, (_none, at) => nodeId(`n${at + 1}`));
    this.#named = plan.nodes;
    for (const id of this.#voters) this.#make(id, 0);
  }

  get nodes(): readonly NodeId[] {
    return [...this.#nodes.keys()];
  }

  /** The nodes themselves. */
  get all(): readonly SimNode[] {
    return [...this.#nodes.values()];
  }

  /** Whether there is a leader, all members run and have applied what it has, and no change is in progress. */
  get hasSettled(): boolean {
    return haveSettled(this.all);
  }

  disk(node: NodeId): SimDisk {
    return this.node(node).disk;
  }

  clock(node: NodeId): SimClock {
    return this.node(node).clock;
  }

  uid(node: NodeId): number {
    return this.node(node).uid;
  }

  isRunning(node: NodeId): boolean {
    return this.#nodes.get(node)?.process !== undefined;
  }

  hasReadDisk(node: NodeId): boolean {
    return this.#nodes.get(node)?.process?.actor !== undefined;
  }

  leader(): NodeId | undefined {
    return leaderOf(this.all)?.id;
  }

  membership(): Membership {
    return membershipIn(this.all, this.#voters);
  }

  memberships(): readonly Membership[] {
    return membershipsIn(this.all, this.#voters);
  }

  isIntact(node: NodeId): boolean {
    const actor = this.#nodes.get(node)?.process?.actor;
    return actor !== undefined && actor.state.horizon === undefined && actor.status().votes;
  }

  crash(node: NodeId, cause: string, kept: Kept | undefined): void {
    const one = this.#nodes.get(node);
    if (one?.process === undefined) return;
    this.#ended(one, cause, kept);
  }

  crashAt(node: NodeId, point: CrashPoint, kept: Kept | undefined): () => void {
    return this.node(node).points.arm(point, kept);
  }

  stop(node: NodeId): void {
    const one = this.#nodes.get(node);
    if (one?.process === undefined) return;
    this.#enter(one, () => one.process?.runner?.stop());
    if (one.process !== undefined) this.#ended(one, "it is stopped", undefined);
  }

  start(node: NodeId): void {
    const one = this.#nodes.get(node);
    if (one === undefined || one.process !== undefined) return;
    const process = one.begin((call) => this.#enter(one, call));
    this.router.attachNode(node, process.incarnation, (letter) => {
      process.port.put(letter);
      one.whenItsTurn(() => this.#enter(one, () => one.process?.port.ring()));
    });
    this.#enter(one, () => process.start());
  }

  pause(node: NodeId): void {
    const one = this.#nodes.get(node);
    if (one !== undefined) one.isPaused = true;
  }

  resume(node: NodeId): void {
    const one = this.#nodes.get(node);
    if (one === undefined) return;
    one.isPaused = false;
    for (const call of one.takeDeferred()) call();
  }

  wipe(node: NodeId): void {
    this.crash(node, "its disk is wiped", undefined);
    this.#lastUid += 1;
    this.node(node).replaceDisk(this.#lastUid);
    this.start(node);
  }

  addNode(): NodeId {
    this.#named += 1;
    this.#lastUid += 1;
    const id = nodeId(`n${this.#named}`);
    this.#make(id, this.#lastUid);
    this.start(id);
    this.#parts.onNodes();
    return id;
  }

  removeNode(node: NodeId): void {
    this.crash(node, "it is removed", undefined);
    this.#nodes.delete(node);
    this.router.forgetNode(node);
    this.#parts.onNodes();
  }

  swapDisks(one: NodeId, other: NodeId): void {
    this.node(one).swapDiskWith(this.node(other));
  }

  withOthersDisk(node: NodeId): "refused" | "accepted" | undefined {
    if (!this.isRunning(node)) return "refused";
    return this.hasReadDisk(node) ? "accepted" : undefined;
  }

  change(changes: readonly Change[], onEnd: (refusal: string | undefined) => void): void {
    const leader = leaderOf(this.all);
    if (leader === undefined) return onEnd("no leader");
    const order: Order = { type: "changeMembership", changes };
    this.#changes.ask(order, leader.id, onEnd);
    this.#enter(leader, () => leader.process?.runner?.order(order));
  }

  transfer(to: NodeId | undefined): void {
    const leader = leaderOf(this.all);
    if (leader === undefined) return;
    this.#enter(leader, () => leader.process?.runner?.order({ type: "transfer", target: to }));
  }

  snapshot(node: NodeId): void {
    const one = this.node(node);
    this.#enter(one, () => one.process?.runner?.beginSnapshot());
  }

  compact(node: NodeId): void {
    const one = this.node(node);
    this.#enter(one, () => one.process?.runner?.order({ type: "compact", keptEntries: 0 }));
  }

  holdings(node: NodeId): Holdings | undefined {
    const { process, disk } = this.#nodes.get(node) ?? {};
    if (process?.actor === undefined || process.recovered === undefined || disk === undefined)
      return undefined;
    return holdingsOf(process.actor, process.recovered, disk.losses);
  }

  /** The node with this name. It must exist. */
  node(id: NodeId): SimNode {
    const node = this.#nodes.get(id);
    if (node === undefined) throw new Error(`there is no node ${id}`);
    return node;
  }

  #make(id: NodeId, uid: number): void {
    const { plan, timeline, chance, counters, machine, rules, calls } = this.#parts;
    const { onStep, onHappening } = this.#parts;
    this.router.detachNode(id);
    const node = new SimNode({
      id,
      uid,
      voters: this.#voters,
      scenario: plan.scenario,
      timeline,
      chance: chance.fork(`node ${id}`),
      counters,
      machine,
      rules,
      calls,
      onStep,
      onHappening,
      onPost: (message) => this.#post(node, message),
      onNotice: (notice) => this.#changes.noticed(notice),
    });
    this.#nodes.set(id, node);
  }

  /** Calls into a node's process, and handles errors that end it. A paused process gets the call when it resumes. */
  #enter(node: SimNode, call: () => void): void {
    const { process } = node;
    if (process === undefined) return;
    if (node.isPaused) {
      node.defer(() => this.#enterIf(node, process, call));
      return;
    }
    try {
      call();
      process.checkAlive();
    } catch (error) {
      if (error instanceof ProcessEnd) this.#ended(node, error.message, error.kept);
      else this.#failed(node, error);
    }
  }

  #enterIf(node: SimNode, process: SimNode["process"], call: () => void): void {
    if (node.process === process) this.#enter(node, call);
  }

  #ended(node: SimNode, cause: string, kept: Kept | undefined): void {
    const { process, id } = node;
    if (process === undefined) return;
    node.end(kept);
    this.router.detachNode(id);
    this.#changes.ended(id);
    this.#parts.onHappening({ type: "ended", node: id, cause, kept });
    // A machine without power sends no obituary.
    if (kept === undefined) this.#mail.obituaries.send(id, process.incarnation);
  }

  #failed(node: SimNode, error: unknown): void {
    const { id } = node;
    const reason = error instanceof Error ? error.message : "";
    node.end(undefined);
    this.router.detachNode(id);
    this.#changes.ended(id);
    this.#parts.onHappening({ type: "refused", node: id, reason });
    this.#parts.onFailure(id, error);
  }

  #post({ id, process }: SimNode, message: FromNode): void {
    if (process !== undefined) this.#mail.post(id, process.incarnation, message);
  }
}
