import type { ClientAddress } from "../mailboxes/address.ts";
import { DeadLetters } from "../mailboxes/dead-letters.ts";
import { Exchange, type Connected } from "../mailboxes/exchange.ts";
import type { MailReport } from "../mailboxes/lane-frames.ts";
import type { DeadLetterReason, OutgoingLetter } from "../mailboxes/letter.ts";
import { MailLoop } from "../mailboxes/mail-loop.ts";
import { Router } from "../mailboxes/router.ts";
import type { MailboxLimits } from "../lanes/mailbox-table.ts";
import type { ActorThread, Posted, Stoppable } from "./actor-thread.ts";

/** What a switchboard reports: mail to that address was lost; `isFirst` of its address and reason. */
export type OnDeadLetters = (to: string, reason: DeadLetterReason, isFirst: boolean) => void;

/** The mail of the actors of one supervisor: who can be reached, by which lanes, and what could not be delivered. */
export class Switchboard<Name extends string = string> {
  readonly router: Router<Name>;
  readonly limits: MailboxLimits;
  /** Takes the mail that comes to the supervisor's thread. */
  readonly loop = new MailLoop();
  readonly #exchange = new Exchange();
  readonly #deadLetters = new DeadLetters();
  readonly #onDeadLetters: OnDeadLetters;

  constructor(limits: MailboxLimits, onDeadLetters: OnDeadLetters) {
    this.limits = limits;
    this.#onDeadLetters = onDeadLetters;
    this.router = new Router(limits, (to: Name | ClientAddress, reason) =>
      this.lose(to, reason, 1),
    );
  }

  /** How many letters could not be delivered, by reason and address. */
  get deadLetters(): ReadonlyMap<string, number> {
    return this.#deadLetters.counts;
  }

  /** A thread takes mail from now on, and has a direct lane to and from each other thread. */
  up<M extends Posted, C extends Stoppable>(
    name: Name,
    incarnation: number,
    thread: ActorThread<M, C>,
  ): void {
    const { account } = thread.mail;
    this.router.attachNode(name, incarnation, (letter) => thread.post(letter), account);
    this.#exchange.attach(name, incarnation, thread satisfies Connected);
  }

  /**
   * A thread has ended: its lanes are cut, and the others get its obituary.
   *
   * @param cause what they learn of its end; nothing when left out.
   */
  down(name: Name, incarnation: number, cause?: string): void {
    this.#exchange.detach(name);
    this.router.detachNode(name);
    this.router.bury(name, incarnation, cause === undefined ? {} : { cause });
  }

  /** Delivers a letter of an actor that has no direct lane. Returns the reason if it cannot. */
  carry(
    from: Name,
    incarnation: number,
    letter: OutgoingLetter<Name>,
  ): DeadLetterReason | undefined {
    return this.router.route({ ...letter, from, incarnation });
  }

  /** An actor reports what became of its mail. */
  onMailReport(from: Name, report: MailReport): void {
    switch (report.type) {
      case "undelivered":
        return this.lose(report.to, "mailbox full", report.count);
      case "settled":
        this.#exchange.settled(from, report.slot);
        return this.lose(from, "stale incarnation", report.lost);
      default:
        report satisfies never;
    }
  }

  /** Letters could not be delivered. That is counted, and the first of each address and reason is told apart. */
  lose(to: string, reason: DeadLetterReason, more: number): void {
    if (more === 0) return;
    this.#onDeadLetters(to, reason, this.#deadLetters.add(to, reason, more));
  }
}
