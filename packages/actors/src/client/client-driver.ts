import { performance } from "node:perf_hooks";
import type { NodeId } from "@kontiki/core";
import type { Slice } from "../bytes/slice.ts";
import { clientAddress, isClientAddress, type ClientAddress } from "../mail/address.ts";
import { ClientCalls } from "./client-calls.ts";
import type { Asking, ClientTimes, ProposalEnd, ReadEnd } from "./client-effect.ts";
import type { ReadOptions } from "./client-reads.ts";
import { Client, type Keyed } from "./client.ts";
import { clientOf } from "../sessions/command.ts";
import type { Envelope } from "../mail/protocol.ts";
import type { DeadLetterReason } from "../mail/status.ts";
import { encodeParcel, openParcel } from "../mail/wire.ts";

/** How often deadlines are checked while something is pending, in ms. */
const TICK_MS = 20;

/**
 * Drives a {@link Client} with real time and a router.
 *
 * @hidden
 */
export class ClientDriver {
  readonly address: ClientAddress;
  readonly #client: Client;
  readonly #calls: ClientCalls;
  readonly #route: (envelope: Envelope) => DeadLetterReason | undefined;
  #flush: NodeJS.Immediate | undefined;
  #ticks: NodeJS.Timeout | undefined;

  /** @param id and `keyed`: see {@link Client}. `route` carries an envelope or gives the reason why it cannot. */
  constructor(
    id: number,
    nodes: readonly NodeId[],
    times: ClientTimes,
    route: (envelope: Envelope) => DeadLetterReason | undefined,
    keyed?: Keyed,
  ) {
    this.address = clientAddress(clientOf(id));
    this.#client = new Client(id, nodes, times, keyed);
    this.#calls = new ClientCalls(this.#client, (to, asking) => this.#send(to, asking));
    this.#route = route;
  }

  /**
   * Proposes a command, and calls back once when it has ended. All proposals of one turn of the event loop travel
   * together. Without any time, at 0 ms or less, nothing is sent and it ends as `definitelyNot`.
   */
  propose(command: Slice, timeoutMs: number, onEnd: (end: ProposalEnd) => void): void {
    this.#calls.propose(command, performance.now() + timeoutMs, onEnd);
    this.#wake();
  }

  /**
   * Proposes commands, and calls back once for each when it has ended, with its place among them. They travel together as
   * those of one turn do.
   */
  proposeAll(
    commands: readonly Slice[],
    timeoutMs: number,
    onEnd: (end: ProposalEnd, at: number) => void,
  ): void {
    const deadline = performance.now() + timeoutMs;
    let first: number | undefined;
    // Their sequence numbers are consecutive, so one callback serves all of them.
    const onEach = (end: ProposalEnd, sequence: number): void =>
      onEnd(end, sequence - (first ?? 0));
    for (const command of commands) {
      const sequence = this.#calls.propose(command, deadline, onEach);
      first ??= sequence;
    }
    this.#wake();
  }

  /**
   * Asks a question, encoded as a command is, and calls back once when it has ended. All questions of one turn of the
   * event loop to one node travel together and are answered together.
   */
  read(
    question: Slice,
    { timeoutMs, ...options }: ReadOptions & { readonly timeoutMs: number },
    onEnd: (end: ReadEnd) => void,
  ): void {
    this.#calls.read(question, options, performance.now() + timeoutMs, onEnd);
    this.#wake();
  }

  /** A letter has come from a node. One that holds no answer to a client is a dead letter. */
  receive(envelope: Envelope): DeadLetterReason | undefined {
    const { from, bytes } = envelope;
    const parcel = openParcel(bytes);
    const effects = this.#client.receive(parcel, performance.now());
    if (effects === undefined) return "malformed";
    if (parcel?.type === "answers" && !isClientAddress(from)) this.#client.answeredBy(from);
    this.#calls.perform(effects);
    return undefined;
  }

  /** A node has become leader. */
  leaderIs(leader: NodeId): void {
    this.#calls.perform(this.#client.leaderIs(leader, performance.now()));
  }

  /** Nodes were added or removed: these are the present ones. */
  nodesAre(nodes: readonly NodeId[]): void {
    this.#client.nodesAre(nodes);
  }

  /** A node's thread has ended. */
  nodeDied(node: NodeId): void {
    this.#client.nodeDied(node, performance.now());
  }

  /** There is no node to ask, nor will be soon: ends all that is pending. What is asked for later is tried. */
  unavailable(reason: string): void {
    this.#calls.perform(this.#client.unavailable(reason));
  }

  /** Ends all that is pending, and stops all timers. */
  close(reason: string): void {
    this.unavailable(reason);
    clearImmediate(this.#flush);
    clearInterval(this.#ticks);
  }

  #wake(): void {
    this.#flush ??= setImmediate(this.#onFlush);
    this.#ticks ??= setInterval(this.#onTick, TICK_MS);
  }

  readonly #onFlush = (): void => {
    this.#flush = undefined;
    this.#calls.perform(this.#client.flush(performance.now()));
  };

  readonly #onTick = (): void => {
    this.#calls.perform(this.#client.tick(performance.now()));
    if (this.#client.pending > 0) return;
    clearInterval(this.#ticks);
    this.#ticks = undefined;
  };

  #send(to: NodeId, asking: Asking): void {
    const bytes = encodeParcel(asking);
    const reason = this.#route({ to, from: this.address, incarnation: 0, bytes });
    if (reason === undefined) return;
    const isFull = reason === "mailbox full";
    this.#calls.perform(this.#client.undelivered(asking, isFull, performance.now()));
  }
}
