import type { MessagePort } from "node:worker_threads";
import { Bell } from "../lanes/bell.ts";
import { newLane } from "../lanes/lane.ts";
import { LaneReader } from "../lanes/lane-reader.ts";
import { LaneWriter } from "../lanes/lane-writer.ts";
import { MailboxTable, type MailboxLimits } from "../lanes/mailbox-table.ts";
import type { FromNode, ToNode } from "../mail/protocol.ts";
import {
  KIND,
  mailIn,
  reportIn,
  writeOpen,
  writeToNode,
  type DirectLane,
  type LaneStart,
  type MailReport,
} from "./lane-frames.ts";
import type { RouterAccount } from "./router.ts";

/** Bytes of each lane's ring. A letter that is larger travels in parts. */
export const LANE_BYTES = 2 * 1024 * 1024;

/** The slot of the supervisor's lane in each mailbox. */
const OWN_SLOT = 0;

const NONE = { letters: 0, bytes: 0 };

/** The supervisor's end of the lanes between it and one node's thread. */
export class NodeMail {
  /** Wakes the node's thread. */
  readonly bell = new Bell();
  readonly mailbox = new MailboxTable();
  /** The account of the mailbox, of which the supervisor counts what it posts. */
  readonly account: RouterAccount;
  readonly #supervisorBell: Bell;
  readonly #out: SharedArrayBuffer = newLane(LANE_BYTES);
  readonly #in: SharedArrayBuffer = newLane(LANE_BYTES);
  readonly #writer: LaneWriter;
  readonly #reader: LaneReader;

  constructor(supervisorBell: Bell) {
    this.#supervisorBell = supervisorBell;
    this.#writer = new LaneWriter(this.#out, this.bell);
    this.#reader = new LaneReader(this.#in, this.bell);
    const { mailbox } = this;
    this.account = {
      get letters() {
        return mailbox.letters;
      },
      get bytes() {
        return mailbox.bytes;
      },
      sent: (bytes) => mailbox.sent(OWN_SLOT, bytes),
    };
  }

  /** What the thread is started with. */
  start(limits: MailboxLimits): LaneStart {
    return {
      bell: this.bell.shared,
      supervisorBell: this.#supervisorBell.shared,
      in: this.#out,
      out: this.#in,
      mailbox: this.mailbox.shared,
      limits,
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

  /** Opens a direct lane to another node. */
  open(lane: DirectLane, port: MessagePort): void {
    port.postMessage(lane);
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
