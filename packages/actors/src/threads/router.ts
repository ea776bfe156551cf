import type { NodeId } from "@kontiki/core";
import { isClientAddress, type Address, type ClientAddress } from "../mail/address.ts";
import { decimal } from "../options/rules.ts";
import { checkOptions, needed, type Schema } from "../options/schema.ts";
import { takesLetter, type MailboxAccount, type MailboxLimits } from "../lanes/mailbox-table.ts";
import type { Envelope, ToNode } from "../mail/protocol.ts";
import type { DeadLetterReason } from "../mail/status.ts";

const MAILBOX_LIMITS: Schema<MailboxLimits> = {
  letters: needed(decimal(0, Infinity)),
  bytes: needed(decimal(0, Infinity)),
};

export const MAILBOX_DEFAULTS: MailboxLimits = { letters: 4096, bytes: 64 * 1024 * 1024 };

/** The account of a mailbox, as the router keeps it. */
export interface RouterAccount extends MailboxAccount {
  /** A letter is posted. */
  sent(bytes: number): void;
}

type Mailbox = {
  readonly incarnation: number;
  readonly post: (letter: ToNode) => void;
  readonly account: RouterAccount;
};

/** The account of a mailbox that only the router posts to. Its node reports what it has taken. */
class OwnAccount implements RouterAccount {
  letters = 0;
  bytes = 0;

  sent(bytes: number): void {
    this.letters += 1;
    this.bytes += bytes;
  }

  taken(letters: number, bytes: number): void {
    this.letters -= letters;
    this.bytes -= bytes;
  }
}

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
  #otherClients: ReceiveMail | undefined;
  #elsewhere: ReceiveMail | undefined;

  constructor(
    limits: MailboxLimits,
    onDeadLetter: (to: Address, reason: DeadLetterReason) => void,
  ) {
    checkOptions("Router", MAILBOX_LIMITS, limits, "limits");
    this.#limits = limits;
    this.#onDeadLetter = onDeadLetter;
  }

  /**
   * Adds a node's mailbox: its thread takes mail from now on.
   *
   * @param account of a mailbox that others post to as well. When left out, the router counts by itself.
   */
  attachNode(
    node: NodeId,
    incarnation: number,
    post: (letter: ToNode) => void,
    account: RouterAccount = new OwnAccount(),
  ): void {
    this.#nodes.set(node, { incarnation, post, account });
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

  /** Mail for clients that were not attached goes there from now on. */
  attachOtherClients(receive: ReceiveMail): void {
    this.#otherClients = receive;
  }

  /** Mail for nodes that are not here goes there from now on. */
  attachElsewhere(send: ReceiveMail): void {
    this.#elsewhere = send;
  }

  /** Whether that client was attached. */
  hasClient(client: ClientAddress): boolean {
    return this.#clients.has(client);
  }

  /** Delivers a letter. Returns the reason if it cannot. */
  route(envelope: Envelope): DeadLetterReason | undefined {
    return this.#counted(envelope.to, this.#routeFromHere(envelope));
  }

  /** Delivers a letter from elsewhere, whose sender was checked. Returns the reason if it cannot. */
  receive(envelope: Envelope): DeadLetterReason | undefined {
    const { to } = envelope;
    const mailbox = this.#nodes.get(to);
    if (isClientAddress(to)) return this.#counted(to, this.#toClient(to, envelope));
    if (mailbox !== undefined) return this.#counted(to, this.#post(mailbox, envelope));
    return this.#counted(to, this.#nodes.has(to) ? "not running" : "unknown address");
  }

  /** Records that a node has taken letters from its mailbox, whose account the router keeps. */
  taken(node: NodeId, letters: number, bytes: number): void {
    const account = this.#nodes.get(node)?.account;
    if (account instanceof OwnAccount) account.taken(letters, bytes);
  }

  #counted(to: Address, reason: DeadLetterReason | undefined): DeadLetterReason | undefined {
    if (reason !== undefined) this.#onDeadLetter(to, reason);
    return reason;
  }

  #routeFromHere(envelope: Envelope): DeadLetterReason | undefined {
    const { to, from, incarnation } = envelope;
    if (isClientAddress(to)) return this.#toClient(to, envelope);
    const mailbox = this.#nodes.get(to);
    const isElsewhere = !this.#nodes.has(to) && this.#elsewhere !== undefined;
    if (mailbox === undefined && !isElsewhere)
      return this.#nodes.has(to) ? "not running" : "unknown address";
    const sender = this.#nodes.get(from);
    if (!isClientAddress(from) && sender?.incarnation !== incarnation) return "stale incarnation";
    return mailbox === undefined ? this.#elsewhere?.(envelope) : this.#post(mailbox, envelope);
  }

  #post(
    { account, post }: Mailbox,
    { from, incarnation, bytes }: Envelope,
  ): DeadLetterReason | undefined {
    if (!takesLetter(this.#limits, account, bytes.length, isClientAddress(from)))
      return "mailbox full";
    account.sent(bytes.length);
    post({ type: "mail", from, incarnation, bytes });
    return undefined;
  }

  #toClient(client: ClientAddress, envelope: Envelope): DeadLetterReason | undefined {
    const receive = this.#clients.get(client) ?? this.#otherClients;
    return receive === undefined ? "unknown address" : receive(envelope);
  }
}
