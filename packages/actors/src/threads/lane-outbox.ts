import type { NodeId } from "@kontiki/core";
import { Bell } from "../lanes/bell.ts";
import { LaneWriter } from "../lanes/lane-writer.ts";
import { MailboxTable, takesLetter, type MailboxLimits } from "../lanes/mailbox-table.ts";
import { isClientAddress, type Address } from "../mail/address.ts";
import type { OutgoingMail } from "../mail/protocol.ts";
import { sameApartFromProgress, sameStatus, type RaftStatus } from "../mail/status.ts";
import { isCarried } from "./mail-route.ts";
import {
  KIND,
  writeMail,
  writeReport,
  type DirectLane,
  type LaneReport,
  type LaneStart,
} from "./lane-frames.ts";

/** A lane to another node, and the mailbox at its end. */
type Direct = {
  readonly writer: LaneWriter;
  readonly mailbox: MailboxTable;
  readonly slot: number;
};

/**
 * The lanes from a node's thread. A letter takes the direct lane to its receiver if there is one, and else the lane to
 * the supervisor, which carries it or knows why it cannot.
 *
 * Clients are in the program's thread, which has lanes itself unless the supervisor is there as well. Both threads are
 * woken for what the supervisor acts on. How far a log has come is only shown, in the program: it is held back until an
 * answer is sent there, which must not come before it, or until {@link flush}.
 */
export class LaneOutbox {
  readonly #supervisor: LaneWriter;
  /** Where clients are: in the program, or in the supervisor's thread. */
  readonly #clients: LaneWriter;
  readonly #direct = new Map<Address, Direct>();
  readonly #limits: MailboxLimits;
  /** See `MailRoute`. */
  readonly #route: Int32Array | undefined;
  #status: RaftStatus | undefined;
  #held: { readonly malformed: number; readonly raft: RaftStatus | undefined } | undefined;
  readonly #undelivered = new Map<NodeId, number>();
  readonly #settled: LaneReport[] = [];

  constructor({ out, supervisorBell, program, limits, route }: LaneStart) {
    this.#supervisor = new LaneWriter(out, new Bell(supervisorBell));
    this.#clients =
      program === undefined
        ? this.#supervisor
        : new LaneWriter(program.out, new Bell(program.bell));
    this.#limits = limits;
    this.#route = route && new Int32Array(route);
  }

  /** Adds the lane to another node, in place of an earlier one. */
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

  get #hasProgram(): boolean {
    return this.#clients !== this.#supervisor;
  }

  /** Sends a letter. */
  send(letter: OutgoingMail): void {
    const { to } = letter;
    if (isClientAddress(to)) {
      this.#writeHeld();
      return writeMail(this.#clients, letter);
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
    if (!takesLetter(this.#limits, mailbox, length, false)) return this.#count(to);
    mailbox.sent(slot, length);
    writer.write(KIND.mail, letter.bytes, undefined, letter.canWait !== true);
  }

  /** Sends the state of the node, soon or with what is sent next. */
  status(raft: RaftStatus | undefined, malformed: number): void {
    const isNew = raft !== undefined && !sameStatus(this.#status, raft);
    if (!isNew && malformed === 0) return;
    const held = this.#held;
    this.#held = { raft: raft ?? held?.raft, malformed: malformed + (held?.malformed ?? 0) };
    if (raft === undefined) return;
    const isProgress = this.#status !== undefined && sameApartFromProgress(this.#status, raft);
    this.#status = raft;
    if (isProgress) return;
    this.#writeHeld();
    if (this.#hasProgram) writeReport(this.#supervisor, { type: "turn", malformed: 0, raft });
  }

  /** Sends a report now. */
  report(report: LaneReport): void {
    this.#writeHeld();
    writeReport(this.#clients, report);
    if (this.#hasProgram) writeReport(this.#supervisor, report);
  }

  /** Sends soon that a lane to this node is over. */
  settled(slot: number, lost: number): void {
    this.#settled.push({ type: "settled", slot, lost });
  }

  /** Sends what is held back. */
  flush(): void {
    // A thread that is busy gets the newest when it reads again.
    if (this.#clients.waiting.letters === 0) this.#writeHeld();
    if (this.#supervisor.waiting.letters > 0) return this.ring();
    for (const [to, count] of this.#undelivered)
      writeReport(this.#supervisor, { type: "undelivered", to, count });
    this.#undelivered.clear();
    for (const report of this.#settled.splice(0)) writeReport(this.#supervisor, report);
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

  #writeHeld(): void {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    writeReport(this.#clients, { type: "turn", ...held });
  }

  /** While the thread that carries it is busy, no more may wait for it than fits into a mailbox. */
  #sendBy(lane: LaneWriter, to: NodeId, letter: OutgoingMail): void {
    if (takesLetter(this.#limits, lane.waiting, letter.bytes.length, false))
      writeMail(lane, letter);
    else this.#count(to);
  }

  #count(to: NodeId): void {
    this.#undelivered.set(to, (this.#undelivered.get(to) ?? 0) + 1);
  }
}
