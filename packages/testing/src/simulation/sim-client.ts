import {
  Client,
  clientAddress,
  ClientCalls,
  encodeCommand,
  encodeParcel,
  openParcel,
  outcomeOf,
  type ClientAddress,
  type Asking,
  type Envelope,
  type Outcome,
  type ProposalEnd,
  type ReadOptions,
} from "@kontiki/actors/node";
import { nodeId, type NodeId } from "@kontiki/core";
import type { PlannedOperation } from "../plan/plan.ts";
import type { Workload } from "../scenario/scenario.ts";
import type { Happening } from "../engine/observer.ts";
import type { Timeline } from "../engine/timeline.ts";

/** How often a client checks its deadlines while something is pending, in ms. */
const TICK_MS = 20;

/** What a client is made of. */
export type ClientParts = {
  readonly timeline: Timeline;
  readonly workload: Workload;
  /** The nodes that exist when it is called. */
  readonly nodes: () => readonly NodeId[];
  readonly electionTimeoutMs: number;
  readonly heartbeatMs: number;
  /** Puts a letter into the network. */
  readonly send: (letter: Envelope) => void;
  readonly onHappening: (happening: Happening) => void;
};

/** How an operation is answered without the log; undefined for one that goes through it. */
function readOptions(
  { read, reading }: PlannedOperation,
  { reads }: Workload,
): ReadOptions | undefined {
  if (!read) return undefined;
  if (reading !== undefined) {
    const { consistency, node } = reading;
    return { consistency, node: node === undefined ? undefined : nodeId(node) };
  }
  return reads === "log"
    ? undefined
    : { consistency: reads === "lease" ? reads : "linearizable", node: undefined };
}

/** Called once with the outcome of an operation. */
export type Ended = (outcome: Outcome<unknown>) => void;

/**
 * One client, the rules of the real one, driven in virtual time. It has one operation at a time, or those of all that share
 * it. Like one on another machine it does not learn when a node dies, unless the scenario has a time for obituaries, nor who
 * leads, unless all share it.
 */
export class SimClient {
  readonly address: ClientAddress;
  readonly number: number;
  readonly #client: Client;
  readonly #calls: ClientCalls;
  readonly #parts: ClientParts;
  #ticks = false;
  #gathers = false;

  /** @param number from 1, a different one for each client. */
  constructor(number: number, parts: ClientParts) {
    const { nodes, electionTimeoutMs, heartbeatMs } = parts;
    this.number = number;
    this.address = clientAddress(number);
    this.#parts = parts;
    const times = { attemptMs: 4 * electionTimeoutMs, backoffMs: heartbeatMs / 2 };
    this.#client = new Client(number, nodes(), times);
    this.#calls = new ClientCalls(this.#client, (to, asking) => this.#send(to, asking));
  }

  /** How many operations have not ended. */
  get pending(): number {
    return this.#client.pending;
  }

  /** Begins an operation. `onEnd` is called once. */
  call(operation: PlannedOperation, onEnd: Ended): void {
    const { timeline, workload, onHappening } = this.#parts;
    const deadline = timeline.now + workload.timeoutMs;
    const bytes = encodeCommand(operation.command);
    const settle = (end: ProposalEnd): void =>
      onEnd(end.type === "answered" ? outcomeOf(end.result) : end);
    const options = readOptions(operation, workload);
    if (options !== undefined) {
      this.#calls.read(bytes, options, deadline, settle);
      onHappening({ type: "called", operation, proposal: undefined });
    } else {
      const sequence = this.#calls.propose(bytes, deadline, settle);
      onHappening({ type: "called", operation, proposal: { client: this.number, sequence } });
    }
    this.#flush();
    this.#tickLater();
  }

  /** Sends what was asked: at once, or when it has gathered for a time. */
  #flush(): void {
    const { timeline, workload } = this.#parts;
    const send = (): void => {
      this.#gathers = false;
      this.#calls.perform(this.#client.flush(timeline.now));
    };
    if (workload.gatherMs === undefined) return send();
    if (this.#gathers) return;
    this.#gathers = true;
    timeline.after(workload.gatherMs, send);
  }

  /** Nodes were added or removed. */
  nodesAre(nodes: readonly NodeId[]): void {
    this.#client.nodesAre(nodes);
  }

  /** The process of a node has ended. */
  nodeDied(node: NodeId): void {
    const { now } = this.#parts.timeline;
    this.#client.nodeDied(node, now);
    this.#calls.perform(this.#client.flush(now));
  }

  /** A node has become leader. */
  leaderIs(node: NodeId): void {
    this.#calls.perform(this.#client.leaderIs(node, this.#parts.timeline.now));
  }

  /** A letter has come from a node. */
  receive({ bytes }: Envelope): void {
    const { now } = this.#parts.timeline;
    this.#calls.perform(this.#client.receive(openParcel(bytes), now) ?? []);
  }

  /** A letter of this client could not be delivered: no node takes it, or its mailbox is full. */
  undeliverable({ bytes }: Envelope, isFull: boolean): void {
    const parcel = openParcel(bytes);
    if (parcel?.type !== "propose" && parcel?.type !== "read") return;
    const { now } = this.#parts.timeline;
    this.#calls.perform(this.#client.undelivered(parcel, isFull, now));
  }

  #tickLater(): void {
    if (this.#ticks) return;
    this.#ticks = true;
    this.#parts.timeline.after(TICK_MS, () => {
      this.#ticks = false;
      this.#calls.perform(this.#client.tick(this.#parts.timeline.now));
      if (this.#client.pending > 0) this.#tickLater();
    });
  }

  #send(to: NodeId, asking: Asking): void {
    const bytes = encodeParcel(asking);
    this.#parts.onHappening({ type: "posted", from: this.address, to, bytes });
    this.#parts.send({ to, from: this.address, incarnation: 0, bytes });
  }
}
