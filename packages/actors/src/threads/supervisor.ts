import { EventEmitter } from "node:events";
import { INDEX_ZERO, initialMembership, type NodeId } from "@kontiki/core";
import { isClientAddress, type Address } from "../mail/address.ts";
import { currentLeader } from "./agreement.ts";
import type { ChildHost } from "./child-host.ts";
import { Child } from "./child.ts";
import type { NodeDisk } from "../directory/cluster-disks.ts";
import { KontikiError } from "../errors.ts";
import { CarriedMail, type MailCarrier } from "./mail-carrier.ts";
import { PULSE_MS, type Envelope, type FromNode, type NodeSpec } from "../mail/protocol.ts";
import type { KnownMembership } from "./node-reports.ts";
import { quorumLoss } from "./quorum-loss.ts";
import type { RestartPolicy } from "./restart-policy.ts";
import { Router, type MailboxLimits } from "./router.ts";
import {
  sameStatus,
  type ClusterEvent,
  type DeadLetterReason,
  type RaftStatus,
} from "../mail/status.ts";

/** What every node's thread is started with. */
export type CommonSpec = Omit<
  NodeSpec,
  "id" | "uid" | "incarnation" | "disk" | "voters" | "priority" | "pulse"
>;

/** What a supervisor is made of. */
export type SupervisorOptions = {
  /** The voters that the cluster began with. */
  readonly voters: readonly NodeId[];
  /** The present nodes. */
  readonly nodes: readonly NodeDisk[];
  readonly spec: CommonSpec;
  /** How many levels the priority of a node is below the highest. */
  readonly levelsBelow: (node: NodeId) => number;
  readonly policy: RestartPolicy;
  readonly mailbox: MailboxLimits;
  /** Carries letters between nodes. Without it they arrive at once. */
  readonly network?: MailCarrier | undefined;
};

const STOPPED = "the cluster is stopped";

/** The membership of the cluster, which is the one that its leader uses. */
export type LeaderMembership = KnownMembership & { readonly leader: NodeId };

/**
 * What a supervisor emits: `event` for what happens to nodes, `status` when a node's Raft state has changed, and `change`
 * after either and more often, for code that waits for some state of the whole cluster.
 */
export type SupervisorEvents = { event: [ClusterEvent]; status: [Child]; change: [] };

/**
 * Supervises the nodes of a cluster: starts them, carries their mail, notices when they die and restarts them.
 *
 * It only wires: when to restart is decided in `restart-policy.ts`, where mail goes in `router.ts`, and what becomes of
 * one node in `child.ts`.
 */
export class Supervisor {
  readonly events = new EventEmitter<SupervisorEvents>();
  readonly router: Router;
  readonly #options: SupervisorOptions;
  readonly #children = new Map<NodeId, Child>();
  readonly #pulse = new SharedArrayBuffer(4);
  readonly #pulses: NodeJS.Timeout;
  readonly #carried: CarriedMail | undefined;
  readonly #deadLetters = new Map<string, number>();
  #leaderTerm = 0;
  #stopping = false;
  /** The membership that was last reported: at first the one that the cluster began with. */
  #reported: KnownMembership;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#reported = this.#firstMembership();
    // Every wait for something adds a listener, and there may be many.
    this.events.setMaxListeners(0);
    this.router = new Router(options.mailbox, (to, reason) => this.#onDeadLetter(to, reason));
    this.#carried =
      options.network && new CarriedMail(options.network, (letter) => this.router.route(letter));
    const counter = new Int32Array(this.#pulse);
    this.#pulses = setInterval(() => Atomics.add(counter, 0, 1), PULSE_MS);
    for (const disk of options.nodes) this.add(disk);
  }

  get children(): readonly Child[] {
    return [...this.#children.values()];
  }

  child(id: string): Child | undefined {
    return this.#children.get(id as NodeId);
  }

  /** Adds a node with this disk. It is not started. */
  add({ node, uid, path }: NodeDisk): Child {
    const child = new Child(node, uid, this.#hostOf(node, path));
    this.router.detachNode(node);
    this.#children.set(node, child);
    return child;
  }

  /** Removes a node that was closed. */
  forget({ id }: Child): void {
    this.#children.delete(id);
    this.router.forgetNode(id);
    this.events.emit("change");
  }

  /** How many letters could not be delivered, by reason and address. */
  get deadLetters(): ReadonlyMap<string, number> {
    return this.#deadLetters;
  }

  /** The membership that the leader uses; undefined while no node leads. */
  leaderMembership(): LeaderMembership | undefined {
    const leader = currentLeader(this.children.map((child) => child.status()));
    const child = leader === undefined ? undefined : this.#children.get(leader);
    if (leader === undefined || child === undefined) return undefined;
    return { leader, ...(child.membership ?? this.#firstMembership()) };
  }

  /** The same, for code that waits for a leader. @throws KontikiError once the cluster is stopped: none will follow. */
  whoLeads(): LeaderMembership | undefined {
    this.checkRunning();
    return this.leaderMembership();
  }

  /** Why no quorum can come unless a node is started, in one line; undefined when one may. */
  quorumLoss(): string | undefined {
    const nodes = this.children.map((child) => {
      const { id, uid, life } = child.status();
      return { id, uid, life, membership: child.membership };
    });
    return quorumLoss(nodes, this.#reported.membership);
  }

  /** @throws KontikiError once the cluster is stopped. */
  checkRunning(): void {
    if (this.#stopping) throw new KontikiError(STOPPED);
  }

  /** Announces that all nodes will stop: nothing can be started or asked of them from now on, but they still run. */
  announceStop(): void {
    this.#stopping = true;
    for (const child of this.children) child.refuse(STOPPED);
    this.#changed();
  }

  /** Stops all nodes permanently. All that is still waited for is checked again, and found not to come. */
  stop(deadlineMs: number): void {
    this.#stopping = true;
    for (const child of this.children) child.close(deadlineMs, STOPPED);
    this.#changed();
  }

  /** Stops the supervisor's own timers. Its children must have ended. */
  close(): void {
    clearInterval(this.#pulses);
    this.#carried?.close();
  }

  #hostOf(node: NodeId, path: string | undefined): ChildHost {
    const { spec, voters, policy, levelsBelow } = this.#options;
    return {
      policy,
      spec: { ...spec, voters, priority: levelsBelow(node), pulse: this.#pulse },
      path,
      onEvent: (event) => this.#emit(event),
      onUp: (incarnation, thread) =>
        this.router.attachNode(node, incarnation, (letter) => thread.post(letter)),
      onDown: (incarnation) => {
        this.router.detachNode(node);
        this.router.bury(node, incarnation);
      },
      onTrouble: (incarnation) => this.router.bury(node, incarnation),
      onPaused: () => this.#changed(),
      onMembership: () => this.#onMembership(),
      onTurn: (incarnation, turn, before) => this.#onTurn(node, incarnation, turn, before),
    };
  }

  #onTurn(
    node: NodeId,
    incarnation: number,
    turn: FromNode & { readonly type: "turn" },
    before: RaftStatus | undefined,
  ): void {
    this.router.taken(node, turn.taken.letters, turn.taken.bytes);
    for (const { to, bytes } of turn.mail) this.#send({ to, from: node, incarnation, bytes });
    for (let count = 0; count < turn.malformed; count += 1) this.#onDeadLetter(node, "malformed");
    if (turn.raft === undefined) return;
    const child = this.#children.get(node);
    if (child !== undefined && !sameStatus(before, turn.raft)) this.events.emit("status", child);
    const { role, term } = turn.raft;
    if (role === "leader" && term > this.#leaderTerm) {
      this.#leaderTerm = term;
      this.#emit({ type: "leader", node, term });
      this.#onMembership();
    } else this.events.emit("change");
  }

  #send(letter: Envelope): void {
    if (this.#carried === undefined || isClientAddress(letter.to)) this.router.route(letter);
    else this.#carried.send(letter);
  }

  /** Reports a membership that is new to the leader: the other nodes learn it too early or too late. */
  #onMembership(): void {
    const known = this.leaderMembership();
    if (known === undefined) return this.#changed();
    const { leader, index, membership, committed } = known;
    const last = this.#reported;
    if (index === last.index && committed === last.committed) return this.#changed();
    this.#reported = { index, membership, committed };
    this.#emit({ type: "membership", node: leader, index, membership, committed });
  }

  #firstMembership(): KnownMembership {
    const membership = initialMembership(this.#options.voters);
    return { index: INDEX_ZERO, membership, committed: true };
  }

  /** Reported once for each address and reason, and always counted: a node that is down gets much mail. */
  #onDeadLetter(to: Address, reason: DeadLetterReason): void {
    const key = `${to}: ${reason}`;
    const count = this.#deadLetters.get(key) ?? 0;
    this.#deadLetters.set(key, count + 1);
    if (count === 0) this.#emit({ type: "deadLetter", to, reason });
  }

  #emit(event: ClusterEvent): void {
    this.events.emit("event", event);
    this.#changed();
  }

  #changed(): void {
    this.events.emit("change");
  }
}
