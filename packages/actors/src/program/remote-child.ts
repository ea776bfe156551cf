import type { MessagePort } from "node:worker_threads";
import type { NodeId } from "@kontiki/core";
import { KontikiError } from "../errors.ts";
import type { Kept } from "../faults/crash-points.ts";
import type { MailboxAccount } from "../lanes/mailbox-table.ts";
import type {
  Envelope,
  FaultMemory,
  NodeControl,
  NodeSpec,
  OutgoingMail,
} from "../mail/protocol.ts";
import { sameStatus, type ClusterEvent, type NodeStatus, type RaftStatus } from "../mail/status.ts";
import { NodeCounters } from "../metrics/node-counters.ts";
import { Control } from "../supervision/control.ts";
import { ActorLanes, type LanesToActor } from "../mailboxes/actor-lanes.ts";
import type { LaneReport, ReportedTurn } from "../threads/lane-report.ts";
import { NodeReports, type KnownMembership } from "../threads/node-reports.ts";
import type { NodeState, SupervisorOrder } from "../threads/supervision.ts";
import type { SupervisedDisk } from "../threads/supervisor-options.ts";
import { DiskWipes } from "./disk-wipes.ts";

/** What a remote child asks of its owner, and reports to it. */
export type RemoteChildHost = {
  /** Gives the supervisor an order. */
  readonly order: (order: SupervisorOrder) => Promise<void>;
  /** A letter to a client has come. */
  readonly onMail: (letter: Envelope) => void;
  /** The node could not read this many letters. */
  readonly onMalformed: (node: NodeId, count: number) => void;
  /** It reports its Raft state, which may be another than before. */
  readonly onStatus: (child: RemoteChild, raft: RaftStatus, isOther: boolean) => void;
  /** It uses another membership than before. */
  readonly onMembership: () => void;
  readonly onEvent: (event: ClusterEvent) => void;
};

/** By which faults are injected into a node's threads, and its disk, into whose files they are. */
export type InjectedFaults = FaultMemory & { readonly disk: NodeSpec["disk"] };

/** Most messages of one thread that are taken before others have their turn. */
const TAKEN_MAX = 1024;

/**
 * One node, as the program knows it: what its supervisor has published of its life, and what its thread itself reports, in the
 * same lane as its answers to clients. So no answer comes before the state in which it was given.
 */
export class RemoteChild {
  readonly id: NodeId;
  readonly wipes: DiskWipes;
  readonly #host: RemoteChildHost;
  readonly #reports: NodeReports;
  readonly #faults: FaultMemory | undefined;
  #state: NodeState;
  #lanes: ActorLanes<LaneReport> | undefined;
  #control: Control<NodeControl> | undefined;
  /** Why it was closed, and whether it was removed since: its name may be another node's now. */
  #closed: string | undefined;
  #isForgotten = false;

  constructor({ node, uid, path, fault, faults }: SupervisedDisk, host: RemoteChildHost) {
    this.id = node;
    this.#faults = faults;
    this.#host = host;
    this.wipes = new DiskWipes(node, (order) => this.#order(order));
    const life = fault === undefined ? STOPPED : ({ type: "failed", cause: fault } as const);
    const { shared: counters } = new NodeCounters();
    const none = { incarnation: 0, restarts: 0, ...WITHOUT_THREAD };
    this.#state = { id: node, uid, life, counters, disk: emptyDisk(node, path), ...none };
    this.#reports = new NodeReports(node, {
      path: undefined,
      onEvent: host.onEvent,
      // The supervisor tells the other nodes.
      onTrouble: () => {},
      onMembership: host.onMembership,
      onTurn: (_, turn, before) => this.#onTurn(turn, before),
    });
  }

  /** Which disk it has. */
  get uid(): number {
    return this.#state.uid;
  }

  get incarnation(): number {
    return this.#state.incarnation;
  }

  get hasThread(): boolean {
    return this.#state.hasThread;
  }

  /** Whether its thread pauses now. */
  get isPaused(): boolean {
    return this.#state.isPaused;
  }

  /** What all its threads have counted. */
  get counters(): NodeCounters {
    return new NodeCounters(this.#state.counters);
  }

  /** By which faults are injected, and its disk; undefined where none are. */
  get faults(): InjectedFaults | undefined {
    const { disk } = this.#state;
    return this.#faults && disk && { ...this.#faults, disk };
  }

  /** The account of its mailbox, while its thread takes part. */
  get mailbox(): MailboxAccount | undefined {
    return this.#lanes?.account;
  }

  /** The control of its thread, while that takes part. */
  get control(): Control<NodeControl> | undefined {
    return this.#control;
  }

  /** The membership that its thread last reported; undefined before it has reported one. */
  get membership(): KnownMembership | undefined {
    return this.#reports.membership;
  }

  /** Whether there is nothing to take from its lanes. */
  get isQuiet(): boolean {
    return this.#lanes?.isQuiet !== false;
  }

  /** Why it will not run again by itself; undefined when it may. It is asked for with each proposal. */
  get failure(): string | undefined {
    const { life } = this.#state;
    return life.type === "failed" ? life.cause : undefined;
  }

  status(): NodeStatus {
    const { id, life, incarnation, restarts, uid } = this.#state;
    const { raft, trouble, condition } = this.#reports;
    return { id, life, incarnation, restarts, raft, uid, trouble, condition };
  }

  /** Orders a start. @throws KontikiError when the node cannot be started. */
  async start(): Promise<void> {
    await this.#order({ type: "start", node: this.id });
  }

  /**
   * Orders that the thread is killed without warning. With `kept` its machine loses power too.
   *
   * @throws KontikiError when there is none.
   */
  async crash(kept?: Kept): Promise<void> {
    await this.#order({ type: "crash", node: this.id, kept });
  }

  /** Orders that it exchanges disks with another node. @throws KontikiError when one of them has a thread. */
  async swapDisks(other: NodeId): Promise<void> {
    await this.#order({ type: "swapDisks", node: this.id, other });
  }

  /** Orders a pause. @throws KontikiError if the thread does not run. */
  async pause(): Promise<void> {
    await this.#order({ type: "pause", node: this.id });
  }

  /** Orders the thread to continue. Does nothing to one that is not paused. */
  async resume(): Promise<void> {
    this.#state = { ...this.#state, isPaused: false };
    await this.#order({ type: "resume", node: this.id });
  }

  /** Orders the thread to stop gracefully, or to be killed after `deadlineMs`. */
  async stop(deadlineMs: number): Promise<void> {
    await this.#order({ type: "stop", node: this.id, deadlineMs });
  }

  /** Orders a stop that is permanent: later starts and crashes are refused with this reason. */
  async close(deadlineMs: number, why: string): Promise<void> {
    this.#closed ??= why;
    await this.#order({ type: "close", node: this.id, deadlineMs, why });
  }

  /** It was removed after it was closed. */
  forget(): void {
    this.#isForgotten = true;
  }

  async #order(order: SupervisorOrder): Promise<void> {
    if (!this.#isForgotten) return this.#host.order(order);
    if (order.type === "stop" || order.type === "close" || order.type === "resume") return;
    throw new KontikiError(this.#closed ?? `there is no node ${this.id}`);
  }

  /** The supervisor has published another state. */
  publish(state: NodeState): void {
    this.#state = state;
  }

  /** A thread takes part from now on. Returns the lanes to it. */
  connect(memory: LanesToActor, control: MessagePort): ActorLanes<LaneReport> {
    this.#control = new Control(this.id, control);
    this.#lanes = new ActorLanes(memory);
    return this.#lanes;
  }

  /** The thread has ended. What it sent before has come. */
  disconnect(): void {
    this.take(Infinity);
    this.#lanes = undefined;
    this.#control?.threadExited();
    this.#control = undefined;
    this.#reports.onThreadEnded();
  }

  /** The supervisor is gone, and with it the thread, if there was one. */
  lose(why: string): void {
    this.disconnect();
    this.#state = { ...this.#state, life: { type: "failed", cause: why }, ...WITHOUT_THREAD };
  }

  /** Takes what has come from the thread, and sends what waits for room. */
  take(most = TAKEN_MAX): void {
    const lanes = this.#lanes;
    lanes?.continue();
    for (let taken = 0; taken < most; taken += 1) {
      const message = lanes?.receive();
      if (message === undefined) return;
      if (message.type === "letter") this.#onLetter(message.letter as OutgoingMail);
      else if (message.type !== "undelivered" && message.type !== "settled")
        this.#reports.take(message, this.incarnation);
    }
  }

  #onLetter({ to, bytes }: OutgoingMail): void {
    this.#host.onMail({ to, from: this.id, incarnation: this.incarnation, bytes });
  }

  #onTurn(turn: ReportedTurn, before: RaftStatus | undefined): void {
    if (turn.malformed > 0) this.#host.onMalformed(this.id, turn.malformed);
    const { raft } = turn;
    if (raft !== undefined) this.#host.onStatus(this, raft, !sameStatus(before, raft));
  }
}

const STOPPED = { type: "stopped" } as const;

/** Before its supervisor has published anything of a node. */
function emptyDisk(owner: NodeId, path: string | undefined): NodeSpec["disk"] {
  return path === undefined ? { type: "memory", files: [], owner } : { type: "file", path };
}

const WITHOUT_THREAD = { hasThread: false, isPaused: false };
