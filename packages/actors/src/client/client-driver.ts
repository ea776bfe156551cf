import { performance } from "node:perf_hooks";
import type { NodeId } from "@kontiki/core";
import { clientAddress, type ClientAddress } from "../mail/address.ts";
import {
  Client,
  type ClientEffect,
  type ClientTimes,
  type ProposalEnd,
  type ReadEnd,
  type ReadOptions,
} from "./client.ts";
import { askingOf, takeAnswer, undelivered, type SendEffect } from "./client-mail.ts";
import { clientOf } from "../sessions/command.ts";
import type { Envelope } from "../mail/protocol.ts";
import type { DeadLetterReason } from "../mail/status.ts";
import type { CommandBytes } from "../storage/storage.ts";
import { encodeParcel, openParcel } from "../mail/wire.ts";

/** How often deadlines are looked at while something is pending, in ms. */
const TICK_MS = 20;

/** Drives a {@link Client} with real time, promises and a router. */
export class ClientDriver {
  readonly address: ClientAddress;
  readonly #client: Client;
  readonly #route: (envelope: Envelope) => DeadLetterReason | undefined;
  readonly #waiting = new Map<number, (end: ProposalEnd) => void>();
  readonly #waitingReads = new Map<number, (end: ReadEnd) => void>();
  #flush: NodeJS.Immediate | undefined;
  #ticks: NodeJS.Timeout | undefined;

  /** @param id see {@link Client}. `route` carries an envelope or says why it cannot. */
  constructor(
    id: number,
    nodes: readonly NodeId[],
    times: ClientTimes,
    route: (envelope: Envelope) => DeadLetterReason | undefined,
  ) {
    this.address = clientAddress(clientOf(id));
    this.#client = new Client(id, nodes, times);
    this.#route = route;
  }

  /**
   * Proposes a command, and calls back once with how it ended. All proposals of one turn of the event loop travel
   * together. Without any time, at 0 ms or less, nothing is sent and the end is `definitelyNot`.
   */
  propose(command: CommandBytes, timeoutMs: number, onEnd: (end: ProposalEnd) => void): void {
    const sequence = this.#client.propose(command, performance.now() + timeoutMs);
    this.#waiting.set(sequence, onEnd);
    this.#wake();
  }

  /**
   * Asks a question, encoded as a command is, and calls back once with how it ended. All questions of one turn of the
   * event loop to one node travel together and are answered together.
   */
  read(
    question: CommandBytes,
    { timeoutMs, ...options }: ReadOptions & { readonly timeoutMs: number },
    onEnd: (end: ReadEnd) => void,
  ): void {
    const read = this.#client.read(question, options, performance.now() + timeoutMs);
    this.#waitingReads.set(read, onEnd);
    this.#wake();
  }

  /** Takes a letter from a node. One that holds no answer to a client is a dead letter. */
  receive(envelope: Envelope): DeadLetterReason | undefined {
    const effects = takeAnswer(this.#client, openParcel(envelope.bytes), performance.now());
    if (effects === undefined) return "malformed";
    this.#perform(effects);
    return undefined;
  }

  /** A node took the lead. */
  leaderIs(leader: NodeId): void {
    this.#perform(this.#client.leaderIs(leader, performance.now()));
  }

  /** Nodes came or went: these there are now. */
  nodesAre(nodes: readonly NodeId[]): void {
    this.#client.nodesAre(nodes);
  }

  /** A node's thread is gone. */
  nodeDied(node: NodeId): void {
    this.#client.nodeDied(node, performance.now());
  }

  /** Nobody is there to ask, nor will be soon: ends whatever is pending. What comes later is tried anew. */
  unavailable(reason: string): void {
    this.#perform(this.#client.unavailable(reason));
  }

  /** Ends whatever is pending and stops all timers. */
  close(reason: string): void {
    this.#perform(this.#client.close(reason));
    clearImmediate(this.#flush);
    clearInterval(this.#ticks);
  }

  #wake(): void {
    this.#flush ??= setImmediate(() => {
      this.#flush = undefined;
      this.#perform(this.#client.flush(performance.now()));
    });
    this.#ticks ??= setInterval(() => this.#tick(), TICK_MS);
  }

  #tick(): void {
    this.#perform(this.#client.tick(performance.now()));
    if (this.#client.pending > 0) return;
    clearInterval(this.#ticks);
    this.#ticks = undefined;
  }

  #perform(effects: readonly ClientEffect[]): void {
    for (const effect of effects) {
      switch (effect.type) {
        case "send":
        case "sendRead":
          this.#send(effect);
          break;
        case "settle":
          this.#waiting.get(effect.sequence)?.(effect.end);
          this.#waiting.delete(effect.sequence);
          break;
        case "settleRead":
          this.#waitingReads.get(effect.read)?.(effect.end);
          this.#waitingReads.delete(effect.read);
          break;
        default:
          effect satisfies never;
      }
    }
  }

  #send(effect: SendEffect): void {
    const asking = askingOf(effect);
    const bytes = encodeParcel(asking);
    const reason = this.#route({ to: effect.to, from: this.address, incarnation: 0, bytes });
    if (reason === undefined) return;
    const isFull = reason === "mailbox full";
    this.#perform(undelivered(this.#client, asking, isFull, performance.now()));
  }
}
