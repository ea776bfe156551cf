import type { NodeId } from "@kontiki/core";
import { isClientAddress, type Address, type ClientAddress } from "../mail/address.ts";
import { decimal } from "../options/rules.ts";
import { checkOptions, needed, type Schema } from "../options/schema.ts";
import type { Envelope, ToNode } from "../mail/protocol.ts";
import type { DeadLetterReason } from "../mail/status.ts";

/** Bounds of a node's mailbox. A message port has no bounds and hides its depth, so the router counts. */
export type MailboxLimits = {
  /** Letters posted to a node that it has not yet taken. */
  readonly letters: number;
  /** Their bytes. */
  readonly bytes: number;
};

const MAILBOX_LIMITS: Schema<MailboxLimits> = {
  letters: needed(decimal(0, Infinity)),
  bytes: needed(decimal(0, Infinity)),
};

export const MAILBOX_DEFAULTS: MailboxLimits = { letters: 4096, bytes: 64 * 1024 * 1024 };

type Mailbox = {
  readonly incarnation: number;
  readonly post: (letter: ToNode) => void;
  letters: number;
  bytes: number;
};

/** Receives a client's letter, or returns the reason why it cannot. */
export type ReceiveMail = (envelope: Envelope) => DeadLetterReason | undefined;

/**
 * Delivers letters to mailboxes without decoding them.
 *
 * A letter that cannot be delivered is a dead letter: its sender gets the reason, and it is counted; it is never thrown
 * or silently lost. A full mailbox rejects new letters. Clients get only half of a mailbox, so that the nodes of a
 * cluster can keep talking to each other under any load.
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
    checkOptions("Router", MAILBOX_LIMITS, limits, "limits");
    this.#limits = limits;
    this.#onDeadLetter = onDeadLetter;
  }

  /** Adds a node's mailbox: its thread takes mail from now on. */
  attachNode(node: NodeId, incarnation: number, post: (letter: ToNode) => void): void {
    this.#nodes.set(node, { incarnation, post, letters: 0, bytes: 0 });
  }

  /** Removes the mailbox of a node whose thread is gone. */
  detachNode(node: NodeId): void {
    this.#nodes.set(node, undefined);
  }

  /** Removes the name of a node that no longer exists. */
  forgetNode(node: NodeId): void {
    this.#nodes.delete(node);
  }

  /**
   * Tells all other nodes that one no longer takes part. An obituary counts against no mailbox's bound, as it must
   * arrive especially where the dead node's mail has filled the mailbox.
   */
  bury(node: NodeId, incarnation: number): void {
    for (const [address, mailbox] of this.#nodes)
      if (address !== node) mailbox?.post({ type: "obituary", node, incarnation });
  }

  attachClient(client: ClientAddress, receive: ReceiveMail): void {
    this.#clients.set(client, receive);
  }

  /** Delivers a letter. Returns the reason if it cannot. */
  route(envelope: Envelope): DeadLetterReason | undefined {
    const reason = isClientAddress(envelope.to)
      ? this.#toClient(envelope.to, envelope)
      : this.#toNode(envelope);
    if (reason !== undefined) this.#onDeadLetter(envelope.to, reason);
    return reason;
  }

  /** Records that a node has taken letters from its mailbox. */
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
