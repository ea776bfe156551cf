import type { NodeId } from "@kontiki/core";
import { isClientAddress, type Address, type HostAddress } from "../mail/address.ts";
import type { Envelope } from "../mail/protocol.ts";
import type { DeadLetterReason } from "../mail/status.ts";
import { AskedHosts } from "./asked-hosts.ts";
import { ALL, HostPresence, type PresencePorts } from "./host-presence.ts";
import {
  questionToWire,
  readQuestion,
  readReply,
  replyToWire,
  type HostAnswer,
  type HostQuestion,
  type HostReply,
} from "./host-questions.ts";
import { nodesOf, sharedId, type HostSpec } from "./host-spec.ts";
import {
  encodeHostMessage,
  readHostMessage,
  type HostLetter,
  type HostMessage,
  type Position,
} from "./host-wire.ts";
import { partsOf } from "./links.ts";
import type { OtherHost } from "./other-hosts.ts";
import { openTransport, type Transport, type Untaken } from "./transport.ts";

/** More starts of a thread than any process has: incarnations of a node grow from one start of its host to the next. */
const INCARNATIONS = 2 ** 20;

/** What the mail of a host needs of its supervisor. */
export type HostMailPorts = Omit<PresencePorts, "post"> & {
  /** A letter has come for a node or a client of this host. */
  readonly deliver: (letter: Envelope) => void;
  /** A node of another host no longer takes part. */
  readonly bury: (node: NodeId, incarnation: number, about: { readonly stage?: number }) => void;
  /** Another host asks this one. */
  readonly answer: (question: HostQuestion) => Promise<HostAnswer>;
  readonly onDeadLetter: (to: Address | HostAddress, reason: DeadLetterReason) => void;
  readonly onState: (connected: boolean, what: string) => void;
};

/** The position of a sender that is no node. */
const NONE: Position = { uid: 0, mark: 0, commit: 0 };

/**
 * The mail between a supervisor and those of other hosts, by a transport that may lose, double, delay and reorder it.
 *
 * Hosts present themselves with their nodes: when they start, when they are asked, and every second. A host takes mail only
 * of nodes that were presented to it and that its ledger knows nothing against, of their present life and to its own.
 */
export class HostMail {
  readonly presence: HostPresence;
  readonly #spec: HostSpec;
  readonly #ports: HostMailPorts;
  readonly #cluster: string;
  readonly #asked = new AskedHosts();
  #transport: Transport | undefined;

  constructor(spec: HostSpec, ports: HostMailPorts) {
    this.#spec = spec;
    this.#ports = ports;
    this.#cluster = sharedId(spec.peers);
    this.presence = new HostPresence(spec, {
      ...ports,
      post: (address, message) => void this.#post(address, message),
    });
  }

  /** Opens the transport. @throws KontikiError when there is no such transport. */
  async open(): Promise<void> {
    const { peers, host, transport } = this.#spec;
    const nodes = nodesOf(peers, host).map((node) => `node.${node}`);
    this.#transport = await openTransport(transport, {
      cluster: peers.cluster,
      host,
      addresses: [ALL, `host.${host}`, ...nodes],
      receive: (address, bytes) => this.#receive(address, bytes),
      onState: (connected, what) => {
        this.#ports.onState(connected, what);
        if (connected) this.presence.sayHello(ALL, true);
      },
    });
    this.presence.begin();
  }

  /** Sends a letter to a node or a client of another host. Returns why it does not. */
  send(letter: Envelope): DeadLetterReason | undefined {
    const { to } = letter;
    const { others } = this.presence;
    if (!isClientAddress(to)) {
      const other = others.hostOf(to);
      if (other === undefined) return "not running";
      return this.#sendTo(other, this.#addressOf(to, other.name), letter);
    }
    const known = others.hostOfClient(to);
    for (const other of known === undefined ? others.all() : [known])
      this.#sendTo(other, `host.${other.name}`, letter);
    return undefined;
  }

  /** Tells the other hosts that a node of this host no longer takes part; with the `stage` if its thread still runs. */
  bury(node: NodeId, incarnation: number, stage?: number): void {
    for (const other of this.presence.others.all())
      this.#post(`host.${other.name}`, {
        type: "obituary",
        ...this.presence.sender,
        ...this.#numbered(other),
        node,
        incarnation: this.#outside(incarnation),
        stage,
      });
  }

  /** Asks another host, and resolves to its answer, or to why there is none. */
  async ask(host: string, question: HostQuestion, waitMs: number): Promise<HostReply> {
    const other = this.presence.others.named(host);
    if (other === undefined)
      return { type: "none", why: `nothing is heard from host ${host}`, isOpen: false };
    const content = questionToWire(question);
    return this.#asked.ask(host, waitMs, (id) => this.#exchange("question", other, id, content));
  }

  /** Ends the connection, and writes what is known of the others. */
  async close(): Promise<void> {
    const transport = this.#transport;
    this.#transport = undefined;
    this.presence.close();
    this.#asked.close();
    await transport?.close();
  }

  #outside(incarnation: number): number {
    return this.#spec.start * INCARNATIONS + incarnation;
  }

  /** Where a node receives: those of the peers have an address of their own, and others that of their host. */
  #addressOf(node: NodeId, host: string): string {
    return nodesOf(this.#spec.peers, host).includes(node) ? `node.${node}` : `host.${host}`;
  }

  #numbered({ link }: OtherHost): { readonly to: string; readonly sequence: number } {
    return { to: link.life, sequence: link.next() };
  }

  #exchange(
    type: "question" | "answer",
    other: OtherHost,
    id: number,
    content: unknown,
  ): Untaken | undefined {
    const { sender } = this.presence;
    const message = { type, ...sender, ...this.#numbered(other), id, content } as const;
    return this.#post(`host.${other.name}`, message);
  }

  #post(address: string, message: HostMessage): Untaken | undefined {
    if (this.#transport === undefined) return "no connection";
    return this.#transport.send(address, encodeHostMessage(this.#cluster, message));
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
        ...this.presence.sender,
        ...this.#numbered(other),
        part,
        parts: parts.length,
        letter: { to, from, incarnation, position, bytes: some },
      });
      if (untaken !== undefined) return untaken;
    }
    return undefined;
  }

  #receive(address: string, bytes: Uint8Array): void {
    const message = readHostMessage(this.#cluster, bytes);
    if (message.type === "malformed" || message.type === "other cluster")
      return this.#dead(address, message.type);
    // What this host sends to all comes back to it.
    const { host, life } = this.presence.sender;
    if (message.host === host && message.life === life) return;
    switch (message.type) {
      case "hello":
        if (!this.presence.onHello(message)) this.#dead(address, "malformed");
        return;
      case "letter":
        return this.#onLetter(address, message);
      case "refusal":
        return this.presence.onRefusal(message);
      case "obituary":
      case "question":
      case "answer": {
        const other = this.#senderOf(message);
        if (other?.link.takes(message) !== true) return;
        if (message.type === "obituary") this.#onObituary(message);
        else this.#onExchange(address, other, message);
        return;
      }
      default:
        message satisfies never;
    }
  }

  #onObituary(message: HostMessage & { readonly type: "obituary" }): void {
    const { node, incarnation, stage, life } = message;
    if (!this.presence.ledger.isPresent(node, life)) return;
    this.#ports.bury(node, incarnation, stage === undefined ? {} : { stage });
  }

  #onExchange(
    address: string,
    other: OtherHost,
    { type, id, content }: HostMessage & { readonly type: "question" | "answer" },
  ): void {
    if (type === "answer") {
      const reply = readReply(content);
      if (reply === undefined) this.#dead(address, "malformed");
      else this.#asked.answered(other.name, id, reply);
      return;
    }
    const question = readQuestion(content);
    if (question === undefined) return this.#dead(address, "malformed");
    void this.#ports.answer(question).then((reply) => {
      const now = this.presence.others.named(other.name);
      // Another life of that host did not ask.
      if (now?.link === other.link) this.#exchange("answer", now, id, replyToWire(reply));
    });
  }

  #onLetter(address: string, message: HostMessage & { readonly type: "letter" }): void {
    const { letter } = message;
    const { to, from } = letter;
    const own = `host.${this.#spec.host}`;
    const expected = isClientAddress(to) ? own : this.#addressOf(to, this.#spec.host);
    if (address !== expected) return this.#dead(address, "malformed");
    const other = this.#senderOf(message);
    if (other === undefined) return this.#dead(address, "stale incarnation");
    if (!other.link.takes(message)) return this.#dead(address, "repeated");
    const whole = other.link.assemble(message, letter);
    if (whole === undefined) return;
    if (isClientAddress(from)) return this.#ports.deliver(envelopeOf(whole));
    const { ledger } = this.presence;
    if (!ledger.isPresent(from, message.life)) return this.#dead(address, "stale incarnation");
    ledger.note(from, letter.position);
    this.#ports.deliver(envelopeOf(whole));
  }

  /** The host that sent a message, if it is the present life of it to that of this host. Others are asked who they are. */
  #senderOf(message: HostMessage & { readonly to: string }): OtherHost | undefined {
    const { host, life, to } = message;
    if (to !== this.presence.sender.life) return undefined;
    const { others } = this.presence;
    const other = others.named(host);
    if (other?.link.life === life) return other;
    if (others.mayAsk(host)) this.presence.sayHello(`host.${host}`, true);
    return undefined;
  }

  #dead(address: string, reason: DeadLetterReason): void {
    const [kind, name] = address.split(".");
    const to = kind === "node" ? (name as NodeId) : (`host/${this.#spec.host}` as const);
    this.#ports.onDeadLetter(to, reason);
  }
}

function envelopeOf({ to, from, incarnation, bytes }: HostLetter): Envelope {
  return { to, from, incarnation, bytes: bytes as Uint8Array<ArrayBuffer> };
}
