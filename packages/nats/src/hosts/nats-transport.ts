/**
 * Carries the mail between hosts over NATS. A supervisor's thread imports this module.
 *
 * @module
 */
import { setTimeout } from "node:timers/promises";
import {
  KontikiError,
  MESSAGE_BYTES_MAX,
  type OpenTransport,
  type Transport,
  type TransportSetup,
  type Untaken,
} from "@kontiki/actors";
import type { NatsConnection } from "@nats-io/transport-node";
import { connectNats } from "../connection/connect.ts";
import { addressesOf, type NatsOptions } from "../connection/options.ts";
import { refusedIn, type Refused } from "../connection/permission.ts";
import { clusterPrefix } from "../connection/subjects.ts";
import { Outbound } from "./outbound.ts";

/** How long to wait before a server that could not be reached is tried again, in ms. */
const RETRY_MS = 250;

/** How long sending the last messages may take, in ms. */
const CLOSE_MS = 500;

/** A transport over NATS: each address is a subject of its own under the prefix of the cluster. */
const open: OpenTransport = async (options, setup) => {
  const prefix = clusterPrefix(setup.cluster);
  return new NatsTransport(options as NatsOptions, setup, { sent: prefix, received: prefix });
};

export default open;

/** What the subjects begin with to which a host sends, and on which it receives. An address follows. */
export type SubjectPrefixes = { readonly sent: string; readonly received: string };

/** A connection to NATS that carries the mail of a host. */
export class NatsTransport implements Transport {
  readonly #options: NatsOptions;
  readonly #setup: TransportSetup;
  readonly #where: string;
  readonly #prefixes: SubjectPrefixes;
  readonly #outbound = new Outbound();
  readonly #ending = new AbortController();
  #connection: NatsConnection | undefined;
  #isConnected = false;
  #told = "";
  /** What the server has refused since the connection was made. */
  readonly #refused = new Set<Refused["operation"]>();

  constructor(options: NatsOptions, setup: TransportSetup, prefixes: SubjectPrefixes) {
    const { cluster, host } = setup;
    const addresses = addressesOf(options.servers);
    if (typeof addresses === "string") throw new KontikiError(addresses);
    this.#options = { name: `kontiki ${cluster} ${host}`, ...options };
    this.#setup = setup;
    this.#where = addresses.shown;
    this.#prefixes = prefixes;
    void this.#stayConnected();
  }

  send(address: string, bytes: Uint8Array): Untaken | undefined {
    const connection = this.#connection;
    if (connection === undefined || !this.#isConnected) return "no connection";
    if (this.#outbound.isFull) return "mailbox full";
    connection.publish(`${this.#prefixes.sent}.${address}`, bytes);
    this.#outbound.sent(bytes.length, connection);
    return undefined;
  }

  async close(): Promise<void> {
    this.#ending.abort();
    const connection = this.#connection;
    this.#isConnected = false;
    if (connection === undefined) return;
    await Promise.race([connection.flush(), setTimeout(CLOSE_MS, undefined, { ref: false })]).catch(
      () => {},
    );
    await connection.close();
  }

  /** The client makes a lost connection again by itself, until the server refuses it for good. */
  async #stayConnected(): Promise<void> {
    while (!this.#ending.signal.aborted) {
      try {
        await this.#use(await connectNats(this.#options));
      } catch (error) {
        if (!(error instanceof KontikiError)) throw error;
        this.#tell(false, error.message);
      }
      await setTimeout(RETRY_MS, undefined, { signal: this.#ending.signal }).catch(() => {});
    }
  }

  /** Resolves when the connection is closed. */
  async #use(connection: NatsConnection): Promise<void> {
    if (this.#ending.signal.aborted) return connection.close();
    this.#connection = connection;
    for (const address of this.#setup.addresses)
      connection.subscribe(`${this.#prefixes.received}.${address}`, {
        callback: (error, message) => {
          // What is refused comes as a status as well.
          if (error === null) this.#setup.receive(address, message.data);
        },
      });
    this.#onConnected(connection);
    for await (const status of connection.status()) {
      if (status.type === "disconnect") this.#onLost();
      if (status.type === "reconnect") this.#onConnected(connection);
      if (status.type === "error") this.#onError(status.error);
    }
    this.#onLost();
    this.#connection = undefined;
  }

  /** Each message may be refused: the first one of each operation is reported. */
  #onError(error: Error): void {
    const refused = refusedIn(error);
    if (refused === undefined || this.#refused.has(refused.operation)) return;
    const { operation, subject } = refused;
    this.#refused.add(operation);
    const prefix = operation === "publish" ? this.#prefixes.sent : this.#prefixes.received;
    this.#tell(
      this.#isConnected,
      `the NATS server does not let host ${this.#setup.host} ${operation} to ${subject}: its user must be allowed to ${operation} to ${prefix}.>`,
    );
  }

  #onConnected(connection: NatsConnection): void {
    const most = connection.info?.max_payload ?? 0;
    this.#outbound.restart();
    this.#refused.clear();
    this.#isConnected = most >= MESSAGE_BYTES_MAX;
    if (this.#isConnected) return this.#tell(true, `connected to NATS at ${this.#where}`);
    this.#tell(
      false,
      `the NATS server at ${this.#where} takes messages of ${most} bytes only: set its max_payload to ${MESSAGE_BYTES_MAX} or more`,
    );
  }

  #onLost(): void {
    if (this.#ending.signal.aborted) return;
    this.#isConnected = false;
    this.#tell(false, `the connection to NATS at ${this.#where} is lost, and is tried again`);
  }

  /** A server that stays away is reported once. */
  #tell(connected: boolean, what: string): void {
    if (this.#ending.signal.aborted || what === this.#told) return;
    this.#told = what;
    this.#setup.onState(connected, what);
  }
}
