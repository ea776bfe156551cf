import {
  Client,
  clientAddress,
  encodeCommand,
  encodeParcel,
  openParcel,
  outcomeOf,
  type ClientAddress,
  type ClientEffect,
  type Envelope,
  type Outcome,
  type Parcel,
} from "@kontiki/actors/node";
import type { NodeId } from "@kontiki/core";
import type { PlannedOperation } from "../run/plan.ts";
import type { Workload } from "../scenario/scenario.ts";
import type { Happening } from "./observer.ts";
import type { Timeline } from "./timeline.ts";

/** How often a client looks at its deadlines while it waits for something, in ms. */
const TICK_MS = 20;

/** What clients are made of. */
export type ClientsParts = {
  readonly timeline: Timeline;
  readonly workload: Workload;
  /** The nodes that there are when it is asked. */
  readonly nodes: () => readonly NodeId[];
  readonly electionTimeoutMs: number;
  readonly heartbeatMs: number;
  /** Puts a letter into the network. */
  readonly send: (letter: Envelope) => void;
  readonly onHappening: (happening: Happening) => void;
  /** There is another client, which is to get its mail. */
  readonly onClient: (client: SimClient) => void;
};

type Ended = (outcome: Outcome<unknown>) => void;

/**
 * One client, which has one operation at a time: the rules of the real one, driven in virtual time. Unlike the real one
 * nobody tells it of nodes that died: it is another machine.
 */
export class SimClient {
  readonly address: ClientAddress;
  readonly number: number;
  readonly #client: Client;
  readonly #parts: ClientsParts;
  readonly #waiting = new Map<number, Ended>();
  readonly #waitingReads = new Map<number, Ended>();
  #ticks = false;

  /** @param number from 1, another one for each client. */
  constructor(number: number, parts: ClientsParts) {
    const { nodes, electionTimeoutMs, heartbeatMs } = parts;
    this.number = number;
    this.address = clientAddress(number);
    this.#parts = parts;
    const times = { attemptMs: 4 * electionTimeoutMs, backoffMs: heartbeatMs / 2 };
    this.#client = new Client(number, nodes(), times);
  }

  /** How many operations have not ended. */
  get pending(): number {
    return this.#client.pending;
  }

  /** Asks for an operation. `onEnd` is called once. */
  call(operation: PlannedOperation, onEnd: Ended): void {
    const { timeline, workload, onHappening } = this.#parts;
    const deadline = timeline.now + workload.timeoutMs;
    const bytes = encodeCommand(operation.command);
    if (operation.read && workload.reads !== "log") {
      const options = { consistency: workload.reads, node: undefined };
      this.#waitingReads.set(this.#client.read(bytes, options, deadline), onEnd);
      onHappening({ type: "called", operation, proposal: undefined });
    } else {
      const sequence = this.#client.propose(bytes, deadline);
      this.#waiting.set(sequence, onEnd);
      onHappening({ type: "called", operation, proposal: { client: this.number, sequence } });
    }
    this.#perform(this.#client.flush(timeline.now));
    this.#tickLater();
  }

  /** Nodes came or went. */
  nodesAre(nodes: readonly NodeId[]): void {
    this.#client.nodesAre(nodes);
  }

  /** A letter has come from a node. */
  receive({ bytes }: Envelope): void {
    const parcel = openParcel(bytes);
    if (parcel !== undefined) this.#perform(this.#effectsOf(parcel));
  }

  /** Where a letter of this client went there was nobody to take it, or no room. */
  undeliverable({ bytes }: Envelope, isFull: boolean): void {
    const parcel = openParcel(bytes);
    if (parcel?.type !== "propose" && parcel?.type !== "read") return;
    const { now } = this.#parts.timeline;
    if (isFull) this.#client.busy(parcel.id, now);
    else if (parcel.type === "propose")
      this.#perform(this.#client.refused(parcel.id, "notLeader", undefined, now));
    else this.#perform(this.#client.readRefused(parcel.id, undefined, now));
  }

  #effectsOf(parcel: Parcel): readonly ClientEffect[] {
    const { now } = this.#parts.timeline;
    switch (parcel.type) {
      case "answers":
        return this.#client.answered(parcel.sequences, parcel.results, now);
      case "refused":
        return this.#client.refused(parcel.id, parcel.reason, parcel.leader, now);
      case "readAnswers":
        return this.#client.readAnswered(parcel.id, parcel.results, now);
      case "readRefused":
        return this.#client.readRefused(parcel.id, parcel.leader, now);
      default:
        return [];
    }
  }

  #tickLater(): void {
    if (this.#ticks) return;
    this.#ticks = true;
    this.#parts.timeline.after(TICK_MS, () => {
      this.#ticks = false;
      this.#perform(this.#client.tick(this.#parts.timeline.now));
      if (this.#client.pending > 0) this.#tickLater();
    });
  }

  #perform(effects: readonly ClientEffect[]): void {
    for (const effect of effects) {
      switch (effect.type) {
        case "send":
          this.#post(effect.to, {
            type: "propose",
            id: effect.parcel,
            commands: effect.commands,
          });
          break;
        case "sendRead":
          this.#post(effect.to, {
            type: "read",
            id: effect.parcel,
            consistency: effect.consistency,
            questions: effect.questions,
          });
          break;
        case "settle":
          this.#settle(this.#waiting, effect.sequence, effect.end);
          break;
        case "settleRead":
          this.#settle(this.#waitingReads, effect.read, effect.end);
          break;
        default:
          effect satisfies never;
      }
    }
  }

  #settle(
    waiting: Map<number, Ended>,
    number: number,
    end: (ClientEffect & { readonly type: "settle" | "settleRead" })["end"],
  ): void {
    const onEnd = waiting.get(number);
    waiting.delete(number);
    onEnd?.(end.type === "answered" ? outcomeOf(end.result) : end);
  }

  #post(to: NodeId, parcel: Parcel): void {
    const bytes = encodeParcel(parcel);
    this.#parts.onHappening({ type: "posted", from: this.address, to, bytes });
    this.#parts.send({ to, from: this.address, incarnation: 0, bytes });
  }
}

/** All clients of a run, with what each is to ask. */
export class SimClients {
  readonly #all: SimClient[] = [];
  readonly #parts: ClientsParts;
  readonly #operations: readonly PlannedOperation[];
  #isOver = false;

  constructor(operations: readonly PlannedOperation[], parts: ClientsParts) {
    this.#parts = parts;
    this.#operations = operations;
  }

  get all(): readonly SimClient[] {
    return this.#all;
  }

  /** Whether nothing that was asked has still to end. */
  get isIdle(): boolean {
    return this.#all.every(({ pending }) => pending === 0);
  }

  /** Begins to ask. */
  start(): void {
    const count = this.#operations.reduce((most, { client }) => Math.max(most, client + 1), 0);
    for (let at = 0; at < count; at += 1) {
      const ofThis = this.#operations.filter(({ client }) => client === at);
      const inTime = ofThis.toSorted((one, other) => one.at - other.at);
      this.#clientAt(at);
      this.#next(inTime, 0);
    }
  }

  /** What was not asked by now never is. */
  stop(): void {
    this.#isOver = true;
  }

  /** Has an operation's client ask now, whatever else it is to ask. `onEnd` is called once. */
  ask(operation: PlannedOperation, onEnd: Ended): void {
    this.#clientAt(operation.client).call(operation, (outcome) => {
      this.#parts.onHappening({ type: "returned", operation, outcome });
      onEnd(outcome);
    });
  }

  #clientAt(at: number): SimClient {
    for (let next = this.#all.length; next <= at; next += 1) {
      const client = new SimClient(next + 1, this.#parts);
      this.#all.push(client);
      this.#parts.onClient(client);
    }
    const client = this.#all[at];
    if (client === undefined) throw new RangeError(`there is no client ${at}`);
    return client;
  }

  #next(operations: readonly PlannedOperation[], at: number): void {
    const operation = operations[at];
    if (operation === undefined) return;
    const { timeline } = this.#parts;
    timeline.after(Math.max(operation.at - timeline.now, 0), () => {
      if (!this.#isOver) this.ask(operation, () => this.#next(operations, at + 1));
    });
  }
}
