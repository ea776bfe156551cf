import { EventEmitter } from "node:events";
import { INDEX_ZERO, initialMembership, type NodeId } from "@kontiki/core";
import { isClientAddress, type Address } from "../mail/address.ts";
import { currentLeader } from "./agreement.ts";
import type { ChildHost } from "./child-host.ts";
import { Child } from "./child.ts";
import { clusterMetrics, type ClusterMetrics } from "./cluster-metrics.ts";
import type { NodeDisk } from "../directory/cluster-disks.ts";
import { KontikiError } from "../errors.ts";
import { CarriedMail, type MailCarrier } from "./mail-carrier.ts";
import { Exchange } from "./exchange.ts";
import type { MailReport } from "./lane-frames.ts";
import { MailLoop } from "./mail-loop.ts";
import { MailRoute } from "./mail-route.ts";
import type { Envelope, FromNode, NodeSpec } from "../mail/protocol.ts";
import type { KnownMembership } from "./node-reports.ts";
import { LeaderWatch } from "./leader-watch.ts";
import { whyNoLeader, type NoLeader } from "./no-leader.ts";
import { quorumLoss } from "./quorum-loss.ts";
import type { RestartPolicy } from "./restart-policy.ts";
import type { MailboxLimits } from "../lanes/mailbox-table.ts";
import { Router } from "./router.ts";
import {
  sameStatus,
  type ClusterEvent,
  type DeadLetterReason,
  type RaftStatus,
} from "../mail/status.ts";

/** What every node's thread is started with. */
export type CommonSpec = Omit<
  NodeSpec,
  "id" | "uid" | "incarnation" | "disk" | "voters" | "priority" | "route" | "counters" | "faults"
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
  /** Where the nodes' disks are, for messages; undefined if they are in memory. */
  readonly dataDir: string | undefined;
  /** Carries letters between nodes while {@link Supervisor.carry} is on. Without it they arrive at once. */
  readonly network?: MailCarrier | undefined;
  /** Whether faults can be injected into the nodes' threads, and `network` be switched off and on. */
  readonly faults?: boolean | undefined;
  /** Whether `network` carries letters at first. Default: true. */
  readonly isCarried?: boolean | undefined;
};

/** How long no node may lead before that is reported: at least so many ms and so many election timeouts. */
const NO_LEADER_MS = 2_000;
const NO_LEADER_TIMEOUTS = 16;

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
  readonly #loop = new MailLoop();
  readonly #exchange = new Exchange();
  readonly #options: SupervisorOptions;
  readonly #children = new Map<NodeId, Child>();
  /** Whether a carrier in this thread carries the mail between nodes. */
  readonly #route: MailRoute | undefined;
  readonly #carried: CarriedMail | undefined;
  readonly #watch: LeaderWatch;
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
    this.router = new Router(options.mailbox, (to, reason) => this.#onDeadLetters(to, reason, 1));
    this.#carried =
      options.network && new CarriedMail(options.network, (letter) => this.router.route(letter));
    this.#route = this.#carried && new MailRoute();
    this.carry(options.isCarried !== false);
    this.#watch = this.#leaderWatch();
    for (const disk of options.nodes) this.add(disk);
  }

  /** Whether the carrier carries the letters that nodes send from now on. Without a carrier it does nothing. */
  carry(isOn: boolean): void {
    this.#route?.carry(isOn);
  }

  /** Reports from now on when no node leads for some time. */
  watchLeader(): void {
    this.#watch.begin();
  }

  get children(): readonly Child[] {
    return [...this.#children.values()];
  }

  child(id: string): Child | undefined {
    return this.#children.get(id as NodeId);
  }

  /** Adds a node with this disk. It is not started. */
  add({ node, uid, path, fault }: NodeDisk): Child {
    const child = new Child(node, uid, fault, this.#hostOf(node, path));
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

  /** What is measured of the nodes and their mail: plain data. */
  metrics(): ClusterMetrics {
    return clusterMetrics(this.children, this.#deadLetters);
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

  /** Why no node leads, in one line; undefined while one does, and if an election may succeed at any time. */
  whyNoLeader(): string | undefined {
    return this.#noLeader()?.why;
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
    this.#watch.stop();
    for (const child of this.children) child.close(deadlineMs, STOPPED);
    this.#changed();
  }

  /** Stops the supervisor's own timers. Its children must have ended. */
  close(): void {
    this.#route?.close();
    this.#watch.stop();
    this.#carried?.close();
  }

  #noLeader(): NoLeader | undefined {
    const known = this.children.map((child) => ({ child, status: child.status() }));
    if (currentLeader(known.map(({ status }) => status)) !== undefined) return undefined;
    const nodes = known.map(({ child, status }) => ({
      ...status,
      membership: child.membership,
      lacks: status.raft?.lacks,
    }));
    return whyNoLeader(nodes, this.#reported.membership, this.#options.dataDir);
  }

  #leaderWatch(): LeaderWatch {
    return new LeaderWatch({
      afterMs: Math.max(NO_LEADER_MS, NO_LEADER_TIMEOUTS * this.#options.spec.electionTimeoutMs),
      hasLeader: () => currentLeader(this.children.map((child) => child.status())) !== undefined,
      why: () => {
        const known = this.#noLeader();
        return known === undefined
          ? "enough voters run, and none has been elected yet"
          : `${known.why}: ${known.wayOut}`;
      },
      onNoLeader: (forMs, why) => this.#emit({ type: "noLeader", forMs: Math.round(forMs), why }),
    });
  }

  #hostOf(node: NodeId, path: string | undefined): ChildHost {
    const { spec, voters, policy, levelsBelow, mailbox, faults = false } = this.#options;
    return {
      policy,
      spec: { ...spec, voters, priority: levelsBelow(node), route: this.#route?.shared },
      path,
      faults,
      mail: { loop: this.#loop, limits: mailbox },
      onEvent: (event) => this.#emit(event),
      onUp: (incarnation, thread) => {
        const { account } = thread.mail;
        this.router.attachNode(node, incarnation, (letter) => thread.post(letter), account);
        // Without faults a carrier gets all mail between nodes, so there is no other way for it.
        if (faults || this.#carried === undefined) this.#exchange.attach(node, incarnation, thread);
      },
      onDown: (incarnation) => {
        this.#exchange.detach(node);
        this.router.detachNode(node);
        this.router.bury(node, incarnation);
      },
      onTrouble: (incarnation) => this.router.bury(node, incarnation),
      onPaused: () => this.#changed(),
      onMembership: () => this.#onMembership(),
      onMailReport: (report) => this.#onMailReport(node, report),
      onTurn: (incarnation, turn, before) => this.#onTurn(node, incarnation, turn, before),
    };
  }

  #onTurn(
    node: NodeId,
    incarnation: number,
    turn: FromNode & { readonly type: "turn" },
    before: RaftStatus | undefined,
  ): void {
    for (const { to, bytes } of turn.mail) this.#send({ to, from: node, incarnation, bytes });
    this.#onDeadLetters(node, "malformed", turn.malformed);
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

  #onMailReport(node: NodeId, report: MailReport): void {
    switch (report.type) {
      case "undelivered":
        return this.#onDeadLetters(report.to, "mailbox full", report.count);
      case "settled":
        this.#exchange.settled(node, report.slot);
        return this.#onDeadLetters(node, "stale incarnation", report.lost);
      default:
        report satisfies never;
    }
  }

  #send(letter: Envelope): void {
    if (this.#route?.isCarried !== true || isClientAddress(letter.to)) this.router.route(letter);
    else this.#carried?.send(letter);
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
  #onDeadLetters(to: Address, reason: DeadLetterReason, more: number): void {
    if (more === 0) return;
    const key = `${to}: ${reason}`;
    const count = this.#deadLetters.get(key) ?? 0;
    this.#deadLetters.set(key, count + more);
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
