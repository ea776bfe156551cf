import { performance } from "node:perf_hooks";
import type { NodeId } from "@kontiki/core";
import { clientAddress, type ClientAddress } from "./address.ts";
import { Client, type ClientEffect, type ClientTimes, type ProposalEnd } from "./client.ts";
import type { Envelope } from "./protocol.ts";
import type { DeadLetterReason } from "./status.ts";
import type { CommandBytes } from "./storage.ts";
import { encodeParcel, openParcel } from "./wire.ts";

/** How often deadlines are looked at while something is pending, in ms. */
const TICK_MS = 20;

/** Drives a {@link Client} with real time, promises and a router. */
export class ClientDriver {
  readonly address: ClientAddress;
  readonly #client: Client;
  readonly #route: (envelope: Envelope) => DeadLetterReason | undefined;
  readonly #waiting = new Map<number, (end: ProposalEnd) => void>();
  #flush: NodeJS.Immediate | undefined;
  #ticks: NodeJS.Timeout | undefined;

  /** @param id see {@link Client}. `route` carries an envelope or says why it cannot. */
  constructor(
    id: number,
    nodes: readonly NodeId[],
    times: ClientTimes,
    route: (envelope: Envelope) => DeadLetterReason | undefined,
  ) {
    this.address = clientAddress(id);
    this.#client = new Client(id, nodes, times);
    this.#route = route;
  }

  /**
   * Proposes a command, and calls back once with how it ended. All proposals of one turn of the event loop travel
   * together.
   */
  propose(command: CommandBytes, timeoutMs: number, onEnd: (end: ProposalEnd) => void): void {
    const sequence = this.#client.propose(command, performance.now() + timeoutMs);
    this.#waiting.set(sequence, onEnd);
    this.#flush ??= setImmediate(() => {
      this.#flush = undefined;
      this.#perform(this.#client.flush(performance.now()));
    });
    this.#ticks ??= setInterval(() => this.#tick(), TICK_MS);
  }

  /** Takes a letter from a node. One that holds no answer to a client is a dead letter. */
  receive(envelope: Envelope): DeadLetterReason | undefined {
    const parcel = openParcel(envelope.bytes);
    switch (parcel?.type) {
      case "answers":
        this.#perform(this.#client.answered(parcel.sequences, parcel.results));
        return undefined;
      case "refused":
        this.#perform(this.#client.refused(parcel.id, parcel.leader, performance.now()));
        return undefined;
      default:
        return "malformed";
    }
  }

  /** A node took the lead. */
  leaderIs(leader: NodeId): void {
    this.#perform(this.#client.leaderIs(leader, performance.now()));
  }

  /** A node's thread is gone. */
  nodeDied(node: NodeId): void {
    this.#client.nodeDied(node, performance.now());
  }

  /** Ends whatever is pending and stops all timers. */
  close(reason: string): void {
    this.#perform(this.#client.close(reason));
    clearImmediate(this.#flush);
    clearInterval(this.#ticks);
  }

  #tick(): void {
    this.#perform(this.#client.tick(performance.now()));
    if (this.#client.pending > 0) return;
    clearInterval(this.#ticks);
    this.#ticks = undefined;
  }

  #perform(effects: readonly ClientEffect[]): void {
    for (const effect of effects) {
      if (effect.type === "send") this.#send(effect);
      else {
        this.#waiting.get(effect.sequence)?.(effect.end);
        this.#waiting.delete(effect.sequence);
      }
    }
  }

  #send({ to, parcel, commands }: ClientEffect & { readonly type: "send" }): void {
    const bytes = encodeParcel({ type: "propose", id: parcel, commands });
    const reason = this.#route({ to, from: this.address, incarnation: 0, bytes });
    if (reason === "mailbox full") this.#client.busy(parcel, performance.now());
    else if (reason !== undefined)
      this.#perform(this.#client.refused(parcel, undefined, performance.now()));
  }
}
