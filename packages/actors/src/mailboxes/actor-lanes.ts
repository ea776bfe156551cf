import { Bell } from "../lanes/bell.ts";
import { LaneReader } from "../lanes/lane-reader.ts";
import { LaneWriter } from "../lanes/lane-writer.ts";
import { MailboxTable } from "../lanes/mailbox-table.ts";
import { mailIn, reportIn, writeOpen, writeToActor, type MailReport } from "./lane-frames.ts";
import type { OutgoingLetter, ToActor } from "./letter.ts";
import type { RouterAccount } from "./router.ts";

/** The memory of the lanes between an actor's thread and another thread, as that other thread gets it. */
export type LanesToActor = {
  /** Wakes the actor's thread. */
  readonly bell: SharedArrayBuffer;
  readonly mailbox: SharedArrayBuffer;
  /** The slot of `out` in the mailbox. */
  readonly slot: number;
  readonly in: SharedArrayBuffer;
  readonly out: SharedArrayBuffer;
};

/** What comes from an actor's thread in its lanes. `Report` is what actors of this kind report of themselves. */
export type FromLane<Report> =
  { readonly type: "letter"; readonly letter: OutgoingLetter } | MailReport | Report;

/** The other end of the lanes of an actor's thread: the supervisor's or the program's. */
export class ActorLanes<Report extends object = never> {
  /** The account of the mailbox, of which this end counts what it posts. */
  readonly account: RouterAccount;
  readonly #writer: LaneWriter;
  readonly #reader: LaneReader;

  constructor({ bell, mailbox: shared, slot, in: from, out: to }: LanesToActor) {
    this.#writer = new LaneWriter(to, new Bell(bell));
    this.#reader = new LaneReader(from, new Bell(bell));
    const mailbox = new MailboxTable(shared);
    this.account = {
      get letters() {
        return mailbox.letters;
      },
      get bytes() {
        return mailbox.bytes;
      },
      sent: (bytes) => mailbox.sent(slot, bytes),
    };
  }

  /** Whether there is nothing to do for it. */
  get isQuiet(): boolean {
    return this.#reader.isEmpty && !this.#writer.canContinue;
  }

  /** Sends a letter or an obituary. */
  post(letter: ToActor): void {
    writeToActor(this.#writer, letter);
    this.#writer.ring();
  }

  /** Sends that a direct lane is open, which was posted to the actor's port before. */
  sayOpen(): void {
    writeOpen(this.#writer);
    this.#writer.ring();
  }

  /** Sends what waits for room. */
  continue(): void {
    if (!this.#writer.canContinue) return;
    this.#writer.continue();
    this.#writer.ring();
  }

  /** The next message from the actor; undefined if there is none. */
  receive(): FromLane<Report> | undefined {
    const frame = this.#reader.read();
    if (frame === undefined) return undefined;
    const letter = mailIn(frame);
    return letter === undefined
      ? (reportIn(frame) as MailReport | Report)
      : { type: "letter", letter };
  }
}
