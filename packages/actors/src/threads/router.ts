import type { NodeId } from "@kontiki/core";
import { isClientAddress, type Address, type ClientAddress } from "../mail/address.ts";
import type { Envelope, ToNode } from "../mail/protocol.ts";
import type { DeadLetterReason } from "../mail/status.ts";

/** Bounds of a node's mailbox. A message port has none of its own and hides its depth, so the router counts. */
export type MailboxLimits = {
  /** Letters posted to a node and not yet taken by it. */
  readonly letters: number;
  /** Their bytes. */
  readonly bytes: number;
};

export const MAILBOX_DEFAULTS: MailboxLimits = { letters: 4096, bytes: 64 * 1024 * 1024 };

type Mailbox = {
  readonly incarnation: number;
  readonly post: (letter: ToNode) => void;
  letters: number;
  bytes: number;
};

/** Takes a client's letter, or says why it cannot. */
export type ReceiveMail = (envelope: Envelope) => DeadLetterReason | undefined;

/**
 * Carries letters to mailboxes without opening them.
 *
 * What cannot be delivered is a dead letter: told to the sender as a reason, counted, never thrown, never silently
 * lost. A mailbox that is full refuses what is new. Clients get only half of one, so that the nodes of a cluster go on
 * talking to each other however hard it is pressed.
 */
export class Router {
  readonly #limits: MailboxLimits;
  readonly #onDeadLetter: (to: Address, reason: DeadLetterReason) => void;
  readonly #nodes = new Map<Address, Mailbox | undefined>();
  readonly #clients = new Map<ClientAddress, ReceiveMail>();

  constructor(
    limits: MailboxLimits,
    onDeadLetter: (to: Address, reason: DeadLetterReason) => void,
  ) {
    this.#limits = limits;
    this.#onDeadLetter = onDeadLetter;
  }

  /** A node's thread takes mail from now on. */
  attachNode(node: NodeId, incarnation: number, post: (letter: ToNode) => void): void {
    this.#nodes.set(node, { incarnation, post, letters: 0, bytes: 0 });
  }

  /** A node's thread is gone, and its mailbox with it. */
  detachNode(node: NodeId): void {
    this.#nodes.set(node, undefined);
  }

  /** There is no node of this name any more. */
  forgetNode(node: NodeId): void {
    this.#nodes.delete(node);
  }

  /**
   * Tells all other nodes that one takes no part any more. A signal and no letter: it counts against no mailbox's bound,
   * as it must arrive where the dead one has left the most mail.
   */
  bury(node: NodeId, incarnation: number): void {
    for (const [address, mailbox] of this.#nodes)
      if (address !== node) mailbox?.post({ type: "obituary", node, incarnation });
  }

  attachClient(client: ClientAddress, receive: ReceiveMail): void {
    this.#clients.set(client, receive);
  }

  /** Carries a letter. Gives the reason when it could not be delivered. */
  route(envelope: Envelope): DeadLetterReason | undefined {
    const reason = isClientAddress(envelope.to)
      ? this.#toClient(envelope.to, envelope)
      : this.#toNode(envelope);
    if (reason !== undefined) this.#onDeadLetter(envelope.to, reason);
    return reason;
  }

  /** A node has taken letters out of its mailbox. */
  taken(node: NodeId, letters: number, bytes: number): void {
    const mailbox = this.#nodes.get(node);
    if (mailbox === undefined) return;
    mailbox.letters -= letters;
    mailbox.bytes -= bytes;
  }

  #toNode(envelope: Envelope): DeadLetterReason | undefined {
    const { to, from, incarnation, bytes } = envelope;
    const mailbox = this.#nodes.get(to);
    if (mailbox === undefined) return this.#nodes.has(to) ? "not running" : "unknown address";
    const sender = this.#nodes.get(from);
    if (!isClientAddress(from) && sender?.incarnation !== incarnation) return "stale incarnation";
    const share = isClientAddress(from) ? 0.5 : 1;
    if (mailbox.letters >= this.#limits.letters * share) return "mailbox full";
    if (mailbox.letters > 0 && mailbox.bytes + bytes.length > this.#limits.bytes * share)
      return "mailbox full";
    mailbox.letters += 1;
    mailbox.bytes += bytes.length;
    mailbox.post({ type: "mail", from, incarnation, bytes });
    return undefined;
  }

  #toClient(client: ClientAddress, envelope: Envelope): DeadLetterReason | undefined {
    const receive = this.#clients.get(client);
    return receive === undefined ? "unknown address" : receive(envelope);
  }
}
