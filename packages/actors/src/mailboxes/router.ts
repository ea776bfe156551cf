import { isClientAddress, type ClientAddress } from "./address.ts";
import { decimal } from "../options/rules.ts";
import { checkOptions, needed, type Schema } from "../options/schema.ts";
import { takesLetter, type MailboxAccount, type MailboxLimits } from "../lanes/mailbox-table.ts";
import type { DeadLetterReason, Letter, ToActor } from "./letter.ts";

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

type Mailbox<Name extends string> = {
  readonly incarnation: number;
  readonly post: (letter: ToActor<Name>) => void;
  readonly account: RouterAccount;
};

/** The account of a mailbox that only the router posts to. Its actor reports what it has taken. */
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
export type ReceiveMail<Name extends string = string> = (
  envelope: Letter<Name>,
) => DeadLetterReason | undefined;

/**
 * Delivers letters to mailboxes without decoding them.
 *
 * A letter that cannot be delivered is a dead letter: its sender gets the reason, and it is counted; it is never thrown
 * or silently lost. A full mailbox rejects new letters. Clients get only half of a mailbox, so that actors can keep
 * talking to each other under any load.
 */
export class Router<Name extends string = string> {
  readonly #limits: MailboxLimits;
  readonly #onDeadLetter: (to: Name | ClientAddress, reason: DeadLetterReason) => void;
  readonly #nodes = new Map<string, Mailbox<Name> | undefined>();
  readonly #clients = new Map<ClientAddress, ReceiveMail<Name>>();
  #otherClients: ReceiveMail<Name> | undefined;
  #elsewhere: ReceiveMail<Name> | undefined;

  constructor(
    limits: MailboxLimits,
    onDeadLetter: (to: Name | ClientAddress, reason: DeadLetterReason) => void,
  ) {
    checkOptions("Router", MAILBOX_LIMITS, limits, "limits");
    this.#limits = limits;
    this.#onDeadLetter = onDeadLetter;
  }

  /**
   * Adds an actor's mailbox: its thread takes mail from now on.
   *
   * @param account of a mailbox that others post to as well. When left out, the router counts by itself.
   */
  attachNode(
    node: Name,
    incarnation: number,
    post: (letter: ToActor<Name>) => void,
    account: RouterAccount = new OwnAccount(),
  ): void {
    this.#nodes.set(node, { incarnation, post, account });
  }

  /** Removes the mailbox of an actor whose thread is gone. */
  detachNode(node: Name): void {
    this.#nodes.set(node, undefined);
  }

  /** Removes the name of an actor that no longer exists. */
  forgetNode(node: Name): void {
    this.#nodes.delete(node);
  }

  /**
   * Tells all other actors that one no longer takes part. An obituary counts against no mailbox's bound, as it must
   * arrive especially where the dead actor's mail has filled the mailbox.
   *
   * @param about what they learn of its end: its cause, and its stage if its thread still runs.
   */
  bury(
    node: Name,
    incarnation: number,
    about: Pick<ToActor & { readonly type: "obituary" }, "cause" | "stage"> = {},
  ): void {
    const obituary = { type: "obituary", node, incarnation, ...about } as const;
    for (const [address, mailbox] of this.#nodes) if (address !== node) mailbox?.post(obituary);
  }

  attachClient(client: ClientAddress, receive: ReceiveMail<Name>): void {
    this.#clients.set(client, receive);
  }

  /** Mail for clients that were not attached goes there from now on. */
  attachOtherClients(receive: ReceiveMail<Name>): void {
    this.#otherClients = receive;
  }

  /** Mail for actors that are not here goes there from now on. */
  attachElsewhere(send: ReceiveMail<Name>): void {
    this.#elsewhere = send;
  }

  /** Whether that client was attached. */
  hasClient(client: ClientAddress): boolean {
    return this.#clients.has(client);
  }

  /** Delivers a letter. Returns the reason if it cannot. */
  route(envelope: Letter<Name>): DeadLetterReason | undefined {
    return this.#counted(envelope.to, this.#routeFromHere(envelope));
  }

  /** Delivers a letter from elsewhere, whose sender was checked. Returns the reason if it cannot. */
  receive(envelope: Letter<Name>): DeadLetterReason | undefined {
    const { to } = envelope;
    if (isClientAddress(to)) return this.#counted(to, this.#toClient(to, envelope));
    const mailbox = this.#nodes.get(to);
    if (mailbox !== undefined) return this.#counted(to, this.#post(mailbox, envelope));
    return this.#counted(to, this.#nodes.has(to) ? "not running" : "unknown address");
  }

  /** Records that an actor has taken letters from its mailbox, whose account the router keeps. */
  taken(node: Name, letters: number, bytes: number): void {
    const account = this.#nodes.get(node)?.account;
    if (account instanceof OwnAccount) account.taken(letters, bytes);
  }

  #counted(
    to: Name | ClientAddress,
    reason: DeadLetterReason | undefined,
  ): DeadLetterReason | undefined {
    if (reason !== undefined) this.#onDeadLetter(to, reason);
    return reason;
  }

  #routeFromHere(envelope: Letter<Name>): DeadLetterReason | undefined {
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
    { account, post }: Mailbox<Name>,
    { from, incarnation, bytes, isUnbounded = false }: Letter<Name>,
  ): DeadLetterReason | undefined {
    const isFull = !takesLetter(this.#limits, account, bytes.length, isClientAddress(from));
    if (isFull && !isUnbounded) return "mailbox full";
    account.sent(bytes.length);
    post({ type: "mail", from, incarnation, bytes });
    return undefined;
  }

  #toClient(client: ClientAddress, envelope: Letter<Name>): DeadLetterReason | undefined {
    const receive = this.#clients.get(client) ?? this.#otherClients;
    return receive === undefined ? "unknown address" : receive(envelope);
  }
}
