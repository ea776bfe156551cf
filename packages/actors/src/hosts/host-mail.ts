import { randomBytes } from "node:crypto";
import type { NodeId } from "@kontiki/core";
import {
  isClientAddress,
  type Address,
  type ClientAddress,
  type HostAddress,
} from "../mail/address.ts";
import type { Envelope } from "../mail/protocol.ts";
import type { DeadLetterReason } from "../mail/status.ts";
import { DiskError } from "../storage/disk/disk.ts";
import { FileDisk } from "../storage/disk/file-disk.ts";
import { nodesOf, type HostSpec } from "./host-spec.ts";
import {
  encodeHostMessage,
  readHostMessage,
  type HostLetter,
  type HostMessage,
  type Position,
  type PresentNode,
} from "./host-wire.ts";
import { readLedger, writeLedger } from "./ledger-file.ts";
import { Ledger } from "./ledger.ts";
import { partsOf } from "./links.ts";
import { OtherHosts, type OtherHost } from "./other-hosts.ts";
import { openTransport, type Transport } from "./transport.ts";

/** Where every host receives. */
const ALL = "hosts";

/** How often a host presents itself, in ms: what it sent before may be lost. */
const HELLO_MS = 1_000;

/** How often what other nodes have promised is written to the disk, in ms. */
const LEDGER_MS = 5_000;

/** More starts of a thread than any process has: incarnations of a node grow from one start of its host to the next. */
const INCARNATIONS = 2 ** 20;

/** What the mail of a host needs of its supervisor. */
export type HostMailPorts = {
  /** The nodes of this host that have been up, as they recovered. */
  readonly present: () => readonly PresentNode[];
  /** What a node of this host has promised. */
  readonly positionOf: (node: NodeId) => Position;
  /** A letter has come for a node or a client of this host. */
  readonly deliver: (letter: Envelope) => void;
  /** A node of another host no longer takes part. */
  readonly bury: (node: NodeId, incarnation: number, about: { readonly stage?: number }) => void;
  /** A node of this host must not run, and why. */
  readonly refuse: (node: NodeId, why: string) => void;
  readonly onDeadLetter: (to: Address | HostAddress, reason: DeadLetterReason) => void;
  readonly onState: (connected: boolean, what: string) => void;
};

type Hello = HostMessage & { readonly type: "hello" };

/** The position of a sender that is no node. */
const NONE: Position = { mark: 0, commit: 0 };

/**
 * The mail between a supervisor and those of other hosts, by a transport that may lose, double, delay and reorder it.
 *
 * Hosts present themselves with their nodes: when they start, when they are asked, and every second. A host takes mail only
 * of nodes that were presented to it and that its ledger knows nothing against, of their present life and to its own.
 */
export class HostMail {
  readonly #spec: HostSpec;
  readonly #ports: HostMailPorts;
  readonly #here: readonly NodeId[];
  readonly #life = randomBytes(8).toString("hex");
  readonly #disk: FileDisk;
  readonly #ledger: Ledger;
  readonly #others = new OtherHosts();
  readonly #refused = new Set<NodeId>();
  #client: ClientAddress | undefined;
  #transport: Transport | undefined;
  #timers: readonly NodeJS.Timeout[] = [];
  #isLedgerNew = false;

  constructor(spec: HostSpec, ports: HostMailPorts) {
    this.#spec = spec;
    this.#ports = ports;
    this.#here = nodesOf(spec.peers, spec.host);
    this.#disk = new FileDisk(spec.path);
    this.#ledger = new Ledger(readLedger(this.#disk, spec.peers.cluster));
  }

  /** Opens the transport. @throws KontikiError when there is no such transport. */
  async open(): Promise<void> {
    const { peers, host, transport } = this.#spec;
    const addresses = [ALL, `host.${host}`, ...this.#here.map((node) => `node.${node}`)];
    this.#transport = await openTransport(transport, {
      cluster: peers.cluster,
      host,
      addresses,
      receive: (address, bytes) => this.#receive(address, bytes),
      onState: (connected, what) => {
        this.#ports.onState(connected, what);
        if (connected) this.#sayHello(ALL, true);
      },
    });
    this.#sayHello(ALL, true);
    this.#timers = [
      setInterval(() => this.#sayHello(ALL, false), HELLO_MS),
      setInterval(() => this.#saveLedger(), LEDGER_MS),
    ];
  }

  /** The nodes of other hosts that are not known to be there, with their hosts, for people. */
  silent(): string {
    const { peers, host } = this.#spec;
    const names = Object.keys(peers.hosts).filter(
      (other) => other !== host && !this.#others.isHeard(other, 3 * HELLO_MS),
    );
    return names.length === 0 ? "" : `nothing is heard from ${names.join(", ")}`;
  }

  /** The client of this host's program, which others know from now on. */
  clientIs(client: ClientAddress): void {
    this.#client = client;
    this.#sayHello(ALL, false);
  }

  /** A node of this host takes part from now on. */
  nodeIsUp(): void {
    this.#sayHello(ALL, true);
  }

  /** Sends a letter to a node or a client of another host. Returns why it does not. */
  send(letter: Envelope): DeadLetterReason | undefined {
    const { to } = letter;
    if (!isClientAddress(to)) {
      const other = this.#others.hostOf(to);
      return other === undefined ? "not running" : this.#sendTo(other, `node.${to}`, letter);
    }
    const known = this.#others.hostOfClient(to);
    const others = known === undefined ? this.#others.all() : [known];
    for (const other of others) this.#sendTo(other, `host.${other.name}`, letter);
    return undefined;
  }

  /** Tells the other hosts that a node of this host no longer takes part; with the `stage` if its thread still runs. */
  bury(node: NodeId, incarnation: number, stage?: number): void {
    for (const other of this.#others.all())
      this.#post(`host.${other.name}`, {
        type: "obituary",
        ...this.#sender,
        to: other.link.life,
        sequence: other.link.next(),
        node,
        incarnation: this.#outside(incarnation),
        stage,
      });
  }

  /** Ends the connection, and writes what is known of the others. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    const transport = this.#transport;
    this.#transport = undefined;
    this.#saveLedger();
    await transport?.close();
  }

  get #sender(): { readonly host: string; readonly life: string } {
    return { host: this.#spec.host, life: this.#life };
  }

  #outside(incarnation: number): number {
    return this.#spec.start * INCARNATIONS + incarnation;
  }

  #post(address: string, message: HostMessage): DeadLetterReason | undefined {
    if (this.#transport === undefined) return "no connection";
    return this.#transport.send(address, encodeHostMessage(this.#spec.peers.cluster, message));
  }

  #sayHello(address: string, asks: boolean): void {
    const nodes = this.#ports.present().filter(({ node }) => !this.#refused.has(node));
    const { start } = this.#spec;
    this.#post(address, {
      type: "hello",
      ...this.#sender,
      start,
      asks,
      client: this.#client,
      nodes,
    });
  }

  #sendTo(other: OtherHost, address: string, letter: Envelope): DeadLetterReason | undefined {
    const { to, from, bytes } = letter;
    const isFromNode = !isClientAddress(from);
    const position = isFromNode ? this.#ports.positionOf(from) : NONE;
    const incarnation = isFromNode ? this.#outside(letter.incarnation) : 0;
    const parts = partsOf(bytes);
    for (const [part, some] of parts.entries()) {
      const untaken = this.#post(address, {
        type: "letter",
        ...this.#sender,
        to: other.link.life,
        sequence: other.link.next(),
        part,
        parts: parts.length,
        letter: { to, from, incarnation, position, bytes: some },
      });
      if (untaken !== undefined) return untaken;
    }
    return undefined;
  }

  #receive(address: string, bytes: Uint8Array): void {
    const message = readHostMessage(this.#spec.peers.cluster, bytes);
    if (message.type === "malformed" || message.type === "other cluster")
      return this.#dead(address, message.type);
    // What this host sends to all comes back to it.
    if (message.host === this.#spec.host && message.life === this.#life) return;
    switch (message.type) {
      case "hello":
        return this.#onHello(address, message);
      case "letter":
        return this.#onLetter(address, message);
      case "obituary": {
        const other = this.#senderOf(message);
        if (other?.link.takes(message) !== true) return;
        if (!this.#ledger.isPresent(message.node, message.life)) return;
        const { node, incarnation, stage } = message;
        return this.#ports.bury(node, incarnation, stage === undefined ? {} : { stage });
      }
      case "refusal":
        if (message.to === this.#life) this.#refuse(message.node, message.why);
        return;
      default:
        message satisfies never;
    }
  }

  #onHello(address: string, hello: Hello): void {
    const { host, life, start, nodes, client, asks } = hello;
    const own = nodesOf(this.#spec.peers, host);
    if (nodes.some(({ node }) => !own.includes(node))) return this.#dead(address, "malformed");
    if (host === this.#spec.host) {
      for (const node of nodes) this.#onOtherOwner(node, hello);
      return;
    }
    let [areTaken, isNew] = [true, false];
    for (const each of nodes) {
      const before = this.#ledger.known.get(each.node);
      const why = this.#ledger.present({ ...each, start, life });
      if (why !== undefined) this.#sendRefusal(host, life, each.node, why);
      areTaken &&= why === undefined;
      isNew ||= this.#ledger.known.get(each.node) !== before;
    }
    // On the disk before anything that its nodes send is taken: else a restart would forget it.
    if (isNew) this.#writeLedger();
    // It says hello again without those that are refused. Until then the host that had them may be there.
    if (!areTaken) return;
    this.#others.heard(host, { life, start, client, nodes: nodes.map(({ node }) => node) });
    if (asks) this.#sayHello(`host.${host}`, false);
  }

  /**
   * Another process has a node of this host: both have a copy of its folder, or are set up wrongly. The one that lacks
   * something of the other one ends, else the one that started less often, and both if they started equally often.
   *
   * A hello says what a node has recovered. The process that started less often may have more by now, so it judges, once
   * its own node is up: the other one only presents itself.
   */
  #onOtherOwner(present: PresentNode, { host, life, start }: Hello): void {
    const { node, mark, last } = present;
    if (!this.#ports.present().some((each) => each.node === node)) return;
    if (start < this.#spec.start) return this.#sayHello(`host.${host}`, false);
    const own = this.#ports.positionOf(node);
    const lacks = mark < own.mark || last < own.commit;
    const text = (of: string, times: number): string =>
      `two processes have ${node}: host ${of} runs it as well, in start ${times} of its folder`;
    if (lacks || start === this.#spec.start)
      this.#sendRefusal(host, life, node, text(this.#spec.host, this.#spec.start));
    if (!lacks) this.#refuse(node, text(host, start));
  }

  #sendRefusal(host: string, life: string, node: NodeId, why: string): void {
    this.#post(`host.${host}`, { type: "refusal", ...this.#sender, to: life, node, why });
  }

  #refuse(node: NodeId, why: string): void {
    if (!this.#here.includes(node) || this.#refused.has(node)) return;
    this.#refused.add(node);
    this.#ports.refuse(node, why);
  }

  #onLetter(address: string, message: HostMessage & { readonly type: "letter" }): void {
    const { letter } = message;
    const { to, from } = letter;
    const expected = isClientAddress(to) ? `host.${this.#spec.host}` : `node.${to}`;
    if (address !== expected) return this.#dead(address, "malformed");
    const other = this.#senderOf(message);
    if (other === undefined) return this.#dead(address, "stale incarnation");
    if (!other.link.takes(message)) return this.#dead(address, "repeated");
    const whole = other.link.assemble(message, letter);
    if (whole === undefined) return;
    if (isClientAddress(from)) return this.#ports.deliver(envelopeOf(whole));
    if (!this.#ledger.isPresent(from, message.life))
      return this.#dead(address, "stale incarnation");
    if (this.#ledger.note(from, letter.position)) this.#isLedgerNew = true;
    this.#ports.deliver(envelopeOf(whole));
  }

  /** The host that sent a message, if it is the present life of it to that of this host. Others are asked who they are. */
  #senderOf({
    host,
    life,
    to,
  }: HostMessage & { readonly type: "letter" | "obituary" }): OtherHost | undefined {
    if (to !== this.#life) return undefined;
    const other = this.#others.named(host);
    if (other?.link.life === life) return other;
    if (this.#others.mayAsk(host)) this.#sayHello(`host.${host}`, true);
    return undefined;
  }

  #dead(address: string, reason: DeadLetterReason): void {
    const [kind, name] = address.split(".");
    const to = kind === "node" ? (name as NodeId) : (`host/${this.#spec.host}` as const);
    this.#ports.onDeadLetter(to, reason);
  }

  #saveLedger(): void {
    if (this.#isLedgerNew) this.#writeLedger();
  }

  /** A disk that is full now takes it later: what is known counts all the same. */
  #writeLedger(): void {
    try {
      writeLedger(this.#disk, this.#spec.peers.cluster, this.#ledger.known);
      this.#isLedgerNew = false;
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      this.#isLedgerNew = true;
    }
  }
}

function envelopeOf({ to, from, incarnation, bytes }: HostLetter): Envelope {
  return { to, from, incarnation, bytes: bytes as Uint8Array<ArrayBuffer> };
}
