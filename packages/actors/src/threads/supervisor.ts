import { EventEmitter } from "node:events";
import { INDEX_ZERO, initialMembership, type Index, type NodeId } from "@kontiki/core";
import { isClientAddress, type Address } from "../mail/address.ts";
import { currentLeader } from "./agreement.ts";
import { Child, type ChildHost, type KnownMembership } from "./child.ts";
import type { NodeDisk } from "../directory/cluster-disks.ts";
import { KontikiError } from "../errors.ts";
import { CarriedMail, type MailCarrier } from "./mail-carrier.ts";
import { PULSE_MS, type Envelope, type FromNode, type NodeSpec } from "../mail/protocol.ts";
import type { RestartPolicy } from "./restart-policy.ts";
import { Router, type MailboxLimits } from "./router.ts";
import {
  sameStatus,
  type ClusterEvent,
  type DeadLetterReason,
  type RaftStatus,
} from "../mail/status.ts";
import type { NodeThread } from "./thread.ts";

/** What every node's thread is started with. */
export type CommonSpec = Omit<
  NodeSpec,
  "id" | "uid" | "incarnation" | "disk" | "voters" | "priority" | "pulse"
>;

/** What a supervisor is made of. */
export type SupervisorOptions = {
  /** The voters that the cluster began with. */
  readonly voters: readonly NodeId[];
  /** The nodes that there are now. */
  readonly nodes: readonly NodeDisk[];
  readonly spec: CommonSpec;
  /** How many steps a node stands below the highest priority. */
  readonly levelsBelow: (node: NodeId) => number;
  readonly policy: RestartPolicy;
  readonly mailbox: MailboxLimits;
  /** Carries letters between nodes, which arrive at once when it is left out. */
  readonly network?: MailCarrier | undefined;
};

const STOPPED = "the cluster is stopped";

/** The membership that counts for the cluster: that of its leader. */
export type LeaderMembership = KnownMembership & { readonly leader: NodeId };

/**
 * What happens in a cluster, as it happens: `event` for what befalls nodes, `status` when a node says something else
 * of its Raft state than before, `change` after either and more often, for whoever looks at the whole.
 */
export type SupervisorEvents = { event: [ClusterEvent]; status: [Child]; change: [] };

/**
 * Watches over the nodes of a cluster: starts them, carries their mail, sees them die and starts them again.
 *
 * It decides nothing itself: when to restart is `restart-policy.ts`, where mail goes `router.ts`, the life of one
 * node `child.ts`. Here they are wired.
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
  /** The membership that was told last: at first the one that the cluster began with. */
  #told: { readonly index: Index; readonly committed: boolean } = {
    index: INDEX_ZERO,
    committed: true,
  };

  constructor(options: SupervisorOptions) {
    this.#options = options;
    // Everybody who waits for something listens, and many may.
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

  /** Makes a node that has this disk. It is not started. */
  add({ node, uid, path }: NodeDisk): Child {
    const child = new Child(node, uid, this.#hostOf(node, path));
    this.router.detachNode(node);
    this.#children.set(node, child);
    return child;
  }

  /** Forgets a node that was closed. */
  forget({ id }: Child): void {
    this.#children.delete(id);
    this.router.forgetNode(id);
    this.events.emit("change");
  }

  /** How many letters could not be delivered, by reason and address. */
  get deadLetters(): ReadonlyMap<string, number> {
    return this.#deadLetters;
  }

  /** The membership that the leader goes by, undefined while nobody leads. */
  leaderMembership(): LeaderMembership | undefined {
    const leader = currentLeader(this.children.map((child) => child.status()));
    const child = leader === undefined ? undefined : this.#children.get(leader);
    if (leader === undefined || child === undefined) return undefined;
    return { leader, ...(child.membership ?? this.#firstMembership()) };
  }

  /** The same, for whoever waits for a leader. @throws KontikiError when there will be none, as all is being stopped. */
  whoLeads(): LeaderMembership | undefined {
    this.checkRunning();
    return this.leaderMembership();
  }

  /** @throws KontikiError once all is being stopped. */
  checkRunning(): void {
    if (this.#stopping) throw new KontikiError(STOPPED);
  }

  /** Stops all nodes, for good. Whoever still waits for something looks again, and sees that it will not come. */
  stop(deadlineMs: number): void {
    this.#stopping = true;
    for (const child of this.children) child.close(deadlineMs, STOPPED);
    this.#changed();
  }

  /** Ends what the supervisor itself runs. Its children must have ended. */
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
      onEvent: (event) => this.#tell(event),
      onUp: (child, thread) => this.#onUp(child, thread),
      onDown: (child) => this.#onDown(child),
      onTrouble: (child) => this.router.bury(child.id, child.incarnation),
      onPaused: () => this.#changed(),
      onMembership: () => this.#onMembership(),
      onTurn: (child, turn, before) => this.#onTurn(child, turn, before),
    };
  }

  #onUp(child: Child, thread: NodeThread): void {
    this.router.attachNode(child.id, child.incarnation, (letter) => thread.post(letter));
  }

  #onDown({ id, incarnation }: Child): void {
    this.router.detachNode(id);
    this.router.bury(id, incarnation);
  }

  #onTurn(
    child: Child,
    turn: FromNode & { readonly type: "turn" },
    before: RaftStatus | undefined,
  ): void {
    const { id, incarnation } = child;
    this.router.taken(id, turn.taken.letters, turn.taken.bytes);
    for (const { to, bytes } of turn.mail) this.#send({ to, from: id, incarnation, bytes });
    for (let count = 0; count < turn.malformed; count += 1) this.#onDeadLetter(id, "malformed");
    if (turn.raft === undefined) return;
    if (!sameStatus(before, turn.raft)) this.events.emit("status", child);
    const { role, term } = turn.raft;
    if (role === "leader" && term > this.#leaderTerm) {
      this.#leaderTerm = term;
      this.#tell({ type: "leader", node: id, term });
      this.#onMembership();
    } else this.events.emit("change");
  }

  #send(letter: Envelope): void {
    if (this.#carried === undefined || isClientAddress(letter.to)) this.router.route(letter);
    else this.#carried.send(letter);
  }

  /** Told when it is another one to the leader, whoever that is: what others believe, they believe too early or too late. */
  #onMembership(): void {
    const known = this.leaderMembership();
    if (known === undefined) return this.#changed();
    const { leader, index, membership, committed } = known;
    if (index === this.#told.index && committed === this.#told.committed) return this.#changed();
    this.#told = { index, committed };
    this.#tell({ type: "membership", node: leader, index, membership, committed });
  }

  #firstMembership(): KnownMembership {
    const membership = initialMembership(this.#options.voters);
    return { index: INDEX_ZERO, membership, committed: true };
  }

  /** Told once for each address and reason, counted always: a node that is down gets much mail. */
  #onDeadLetter(to: Address, reason: DeadLetterReason): void {
    const key = `${to}: ${reason}`;
    const count = this.#deadLetters.get(key) ?? 0;
    this.#deadLetters.set(key, count + 1);
    if (count === 0) this.#tell({ type: "deadLetter", to, reason });
  }

  #tell(event: ClusterEvent): void {
    this.events.emit("event", event);
    this.#changed();
  }

  #changed(): void {
    this.events.emit("change");
  }
}
