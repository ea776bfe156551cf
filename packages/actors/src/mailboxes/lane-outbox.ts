import { giveBack } from "../bytes/large-buffers.ts";
import { Bell } from "../lanes/bell.ts";
import { LaneWriter } from "../lanes/lane-writer.ts";
import { MailboxTable, takesLetter, type MailboxLimits } from "../lanes/mailbox-table.ts";
import { isClientAddress } from "./address.ts";
import type { DeadLetterReason, OutgoingLetter } from "./letter.ts";
import { isCarried } from "./mail-route.ts";
import {
  KIND,
  writeFigures,
  writeMail,
  writeReport,
  type DirectLane,
  type Figures,
  type LaneStart,
  type MailReport,
} from "./lane-frames.ts";

/** A lane to another actor, and the mailbox at its end. */
type Direct = {
  readonly writer: LaneWriter;
  readonly mailbox: MailboxTable;
  readonly slot: number;
};

/**
 * The lanes from an actor's thread. A letter takes the direct lane to its receiver if there is one, and else the lane to
 * the supervisor, which carries it or knows why it cannot.
 *
 * Clients are in the program's thread, which has lanes itself unless the supervisor is there as well. Both threads are
 * woken for what the supervisor acts on.
 */
export class LaneOutbox<Report extends object = never> {
  readonly #supervisor: LaneWriter;
  /** Where clients are: in the program, or in the supervisor's thread. */
  readonly #clients: LaneWriter;
  readonly #direct = new Map<string, Direct>();
  readonly #limits: MailboxLimits;
  /** See `MailRoute`. */
  readonly #route: Int32Array | undefined;
  readonly #undelivered = new Map<string, number>();
  readonly #settled: MailReport[] = [];

  constructor({ out, supervisorBell, program, limits, route }: LaneStart) {
    this.#supervisor = new LaneWriter(out, new Bell(supervisorBell));
    this.#clients =
      program === undefined
        ? this.#supervisor
        : new LaneWriter(program.out, new Bell(program.bell));
    this.#limits = limits;
    this.#route = route && new Int32Array(route);
  }

  /** Adds the lane to another actor, in place of an earlier one. */
  open({ node, bell, out, mailbox, outSlot }: DirectLane): void {
    this.#direct.set(node, {
      writer: new LaneWriter(out, new Bell(bell)),
      mailbox: new MailboxTable(mailbox),
      slot: outSlot,
    });
  }

  /** Whether a lane has room for frames that wait for it. */
  get canContinue(): boolean {
    if (this.#supervisor.canContinue || this.#clients.canContinue) return true;
    for (const { writer } of this.#direct.values()) if (writer.canContinue) return true;
    return false;
  }

  /** Writes the frames that wait, as far as there is room. */
  continue(): void {
    this.#supervisor.continue();
    this.#clients.continue();
    for (const { writer } of this.#direct.values()) writer.continue();
    this.ring();
  }

  /** Whether the program has lanes itself. */
  get hasProgram(): boolean {
    return this.#clients !== this.#supervisor;
  }

  /** Whether something waits for room in the lane to the thread of the clients. */
  get isHeldUp(): boolean {
    return this.#clients.waiting.letters > 0;
  }

  /** Whether a direct lane leads to that actor: then an obituary comes when it ends. */
  hasLaneTo(name: string): boolean {
    return this.#direct.get(name)?.writer.isCut === false;
  }

  /** Sends a letter. Returns the reason if it cannot: a full mailbox is seen here, all else by the supervisor. */
  send(letter: OutgoingLetter): DeadLetterReason | undefined {
    const { to } = letter;
    if (isClientAddress(to)) {
      writeMail(this.#clients, letter);
      return undefined;
    }
    // The carrier is where the clients are.
    if (this.#isCarried) return this.#sendBy(this.#clients, to, letter);
    const direct = this.#direct.get(to);
    if (direct === undefined) return this.#sendBy(this.#supervisor, to, letter);
    if (direct.writer.isCut) {
      this.#direct.delete(to);
      return this.#sendBy(this.#supervisor, to, letter);
    }
    const { mailbox, writer, slot } = direct;
    const { length } = letter.bytes;
    if (letter.isUnbounded !== true && !takesLetter(this.#limits, mailbox, length, false))
      return this.#count(to);
    mailbox.sent(slot, length);
    writer.write(KIND.mail, letter.bytes, undefined, letter.canWait !== true);
    giveBack(letter.bytes);
    return undefined;
  }

  /** Sends a report to the thread of the clients. */
  tellClients(report: Report): void {
    writeReport(this.#clients, report);
  }

  /** Sends a report of three numbers to the thread of the clients. */
  tellClientsFigures(figures: Figures): void {
    writeFigures(this.#clients, figures);
  }

  /** Sends a report to the supervisor. */
  tellSupervisor(report: Report): void {
    writeReport(this.#supervisor, report);
  }

  /** Sends soon that a lane to this actor is over. */
  settled(slot: number, lost: number): void {
    this.#settled.push({ type: "settled", slot, lost });
  }

  /** Sends what is held back. */
  flush(): void {
    if (this.#supervisor.waiting.letters > 0) return this.ring();
    for (const [to, count] of this.#undelivered)
      writeReport(this.#supervisor, { type: "undelivered", to, count });
    this.#undelivered.clear();
    for (const report of this.#settled) writeReport(this.#supervisor, report);
    this.#settled.length = 0;
    this.ring();
  }

  /** Wakes all that were sent something. */
  ring(): void {
    for (const { writer } of this.#direct.values()) writer.ring();
    this.#clients.ring();
    this.#supervisor.ring();
  }

  get #isCarried(): boolean {
    return this.#route !== undefined && isCarried(this.#route);
  }

  /** While the thread that carries it is busy, no more may wait for it than fits into a mailbox. */
  #sendBy(lane: LaneWriter, to: string, letter: OutgoingLetter): DeadLetterReason | undefined {
    const isFull = !takesLetter(this.#limits, lane.waiting, letter.bytes.length, false);
    if (isFull && letter.isUnbounded !== true) return this.#count(to);
    writeMail(lane, letter);
    return undefined;
  }

  #count(to: string): DeadLetterReason {
    this.#undelivered.set(to, (this.#undelivered.get(to) ?? 0) + 1);
    return "mailbox full";
  }
}
