import { Bell } from "../lanes/bell.ts";
import { LaneReader } from "../lanes/lane-reader.ts";
import { LaneWriter } from "../lanes/lane-writer.ts";
import { MailboxTable } from "../lanes/mailbox-table.ts";
import type { FromNode, ToNode } from "../mail/protocol.ts";
import { KIND, mailIn, reportIn, writeOpen, writeToNode, type MailReport } from "./lane-frames.ts";
import type { RouterAccount } from "./router.ts";

const NONE = { letters: 0, bytes: 0 };

/** The memory of the lanes between a node's thread and another thread, as that other thread gets it. */
export type LanesToNode = {
  /** Wakes the node's thread. */
  readonly bell: SharedArrayBuffer;
  readonly mailbox: SharedArrayBuffer;
  /** The slot of `out` in the mailbox. */
  readonly slot: number;
  readonly in: SharedArrayBuffer;
  readonly out: SharedArrayBuffer;
};

/** The other end of the lanes of a node's thread: the supervisor's or the program's. */
export class NodeLanes {
  /** The account of the mailbox, of which this end counts what it posts. */
  readonly account: RouterAccount;
  readonly #writer: LaneWriter;
  readonly #reader: LaneReader;

  constructor({ bell, mailbox: shared, slot, in: from, out: to }: LanesToNode) {
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
  post(letter: ToNode): void {
    writeToNode(this.#writer, letter);
    this.#writer.ring();
  }

  /** Sends that a direct lane is open, which was posted to the node's port before. */
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

  /** The next message from the node; undefined if there is none. */
  receive(): FromNode | MailReport | undefined {
    const frame = this.#reader.read();
    if (frame === undefined) return undefined;
    if (frame.kind === KIND.mail)
      return { type: "turn", mail: [mailIn(frame)], taken: NONE, malformed: 0, raft: undefined };
    const report = reportIn(frame);
    return report.type === "turn" ? { ...report, mail: [], taken: NONE } : report;
  }
}
