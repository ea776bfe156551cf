import {
  askingOf,
  Client,
  clientAddress,
  encodeCommand,
  encodeParcel,
  openParcel,
  outcomeOf,
  takeAnswer,
  undelivered,
  type ClientAddress,
  type ClientEffect,
  type Envelope,
  type Outcome,
  type SendEffect,
} from "@kontiki/actors/node";
import type { NodeId } from "@kontiki/core";
import type { PlannedOperation } from "../plan/plan.ts";
import type { Workload } from "../scenario/scenario.ts";
import type { Happening } from "../engine/observer.ts";
import type { Timeline } from "../engine/timeline.ts";

/** How often a client looks at its deadlines while it waits for something, in ms. */
const TICK_MS = 20;

/** What a client is made of. */
export type ClientParts = {
  readonly timeline: Timeline;
  readonly workload: Workload;
  /** The nodes that there are when it is asked. */
  readonly nodes: () => readonly NodeId[];
  readonly electionTimeoutMs: number;
  readonly heartbeatMs: number;
  /** Puts a letter into the network. */
  readonly send: (letter: Envelope) => void;
  readonly onHappening: (happening: Happening) => void;
};

/** Told once how an operation ended. */
export type Ended = (outcome: Outcome<unknown>) => void;

/**
 * One client, which has one operation at a time: the rules of the real one, driven in virtual time. Unlike the real one
 * nobody tells it of nodes that died: it is another machine.
 */
export class SimClient {
  readonly address: ClientAddress;
  readonly number: number;
  readonly #client: Client;
  readonly #parts: ClientParts;
  readonly #waiting = new Map<number, Ended>();
  readonly #waitingReads = new Map<number, Ended>();
  #ticks = false;

  /** @param number from 1, another one for each client. */
  constructor(number: number, parts: ClientParts) {
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
    const { now } = this.#parts.timeline;
    this.#perform(takeAnswer(this.#client, openParcel(bytes), now) ?? []);
  }

  /** Where a letter of this client went there was nobody to take it, or no room. */
  undeliverable({ bytes }: Envelope, isFull: boolean): void {
    const parcel = openParcel(bytes);
    if (parcel?.type !== "propose" && parcel?.type !== "read") return;
    this.#perform(undelivered(this.#client, parcel, isFull, this.#parts.timeline.now));
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
        case "sendRead":
          this.#send(effect);
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

  #send(effect: SendEffect): void {
    const { to } = effect;
    const bytes = encodeParcel(askingOf(effect));
    this.#parts.onHappening({ type: "posted", from: this.address, to, bytes });
    this.#parts.send({ to, from: this.address, incarnation: 0, bytes });
  }
}
