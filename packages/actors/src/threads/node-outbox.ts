import { LaneOutbox } from "../mailboxes/lane-outbox.ts";
import { isClientAddress } from "../mail/address.ts";
import type { OutgoingMail } from "../mail/protocol.ts";
import type { LaneReport } from "./lane-report.ts";
import { sameApartFromProgress, sameStatus, type RaftStatus } from "../mail/status.ts";
import type { PortOutbox } from "../mailboxes/lane-port.ts";
import type { DirectLane, LaneStart } from "../mailboxes/lane-frames.ts";

/** What waits to be reported: at most progress, unless `raft` is undefined. */
type Held = { readonly malformed: number; readonly raft: RaftStatus | undefined };

/**
 * The lanes from a node's thread: those of any actor, and what a node reports. How far a log has come is only shown, in the
 * program: it is held back until an answer is sent there, which must not come before it, or until {@link flush}.
 */
export class NodeOutbox implements PortOutbox {
  readonly #lanes: LaneOutbox<LaneReport>;
  #status: RaftStatus | undefined;
  #held: Held | undefined;

  constructor(start: LaneStart) {
    this.#lanes = new LaneOutbox(start);
  }

  open(lane: DirectLane): void {
    this.#lanes.open(lane);
  }

  get canContinue(): boolean {
    return this.#lanes.canContinue;
  }

  continue(): void {
    this.#lanes.continue();
  }

  /** Sends a letter. */
  send(letter: OutgoingMail): void {
    if (isClientAddress(letter.to)) this.#writeHeld();
    this.#lanes.send(letter);
  }

  /** Sends the state of the node: how far its log has come, soon or with what is sent next, and all else now. */
  status(raft: RaftStatus | undefined, malformed: number): void {
    const isNew = raft !== undefined && !sameStatus(this.#status, raft);
    if (!isNew && malformed === 0) return;
    const held = this.#held;
    const isProgress =
      raft === undefined ||
      (this.#status !== undefined && sameApartFromProgress(this.#status, raft));
    this.#held = { raft: raft ?? held?.raft, malformed: malformed + (held?.malformed ?? 0) };
    this.#status = raft ?? this.#status;
    if (isProgress) return;
    this.#writeWhole(this.#held);
    if (this.#lanes.hasProgram) this.#lanes.tellSupervisor({ type: "turn", malformed: 0, raft });
  }

  /** Sends a report now. */
  report(report: LaneReport): void {
    this.#writeHeld();
    this.#lanes.tellClients(report);
    if (this.#lanes.hasProgram) this.#lanes.tellSupervisor(report);
  }

  settled(slot: number, lost: number): void {
    this.#lanes.settled(slot, lost);
  }

  /** Sends what is held back. A thread that is busy gets the newest when it reads again. */
  flush(): void {
    if (!this.#lanes.isHeldUp) this.#writeHeld();
    this.#lanes.flush();
  }

  /** Wakes all that were sent something. */
  ring(): void {
    this.#lanes.ring();
  }

  #writeHeld(): void {
    const held = this.#held;
    if (held === undefined) return;
    const { raft, malformed } = held;
    if (raft === undefined || malformed > 0) return this.#writeWhole(held);
    this.#held = undefined;
    // The status has four times as many fields, and encoding and decoding them takes longer than the answer itself.
    this.#lanes.tellClientsFigures([raft.commit, raft.last, raft.applied]);
  }

  #writeWhole(held: Held): void {
    this.#held = undefined;
    this.#lanes.tellClients({ type: "turn", ...held });
  }
}
