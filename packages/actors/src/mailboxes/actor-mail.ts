import type { MessagePort } from "node:worker_threads";
import { Bell } from "../lanes/bell.ts";
import { newLane } from "../lanes/lane.ts";
import { MailboxTable, type MailboxLimits } from "../lanes/mailbox-table.ts";
import { ActorLanes, type FromLane, type LanesToActor } from "./actor-lanes.ts";
import type { DirectLane, LaneStart } from "./lane-frames.ts";
import type { ToActor } from "./letter.ts";
import type { RouterAccount } from "./router.ts";

/** Bytes of each lane's ring. A letter that is larger travels in parts. */
export const LANE_BYTES = 2 * 1024 * 1024;

/** The slots in each mailbox of the lanes from the supervisor and from the program; direct lanes have the others. */
const SUPERVISOR_SLOT = 0;
const PROGRAM_SLOT = 1;
export const FIRST_DIRECT_SLOT = 2;

/** The lanes of one start of an actor's thread, and the supervisor's end of its own. */
export class ActorMail<Report extends object = never> {
  /** Wakes the actor's thread. */
  readonly bell = new Bell();
  readonly mailbox = new MailboxTable();
  /** What the program's end of its lanes is made of; undefined for a supervisor in the program's thread. */
  readonly program: LanesToActor | undefined;
  readonly #supervisorBell: Bell;
  readonly #programBell: SharedArrayBuffer | undefined;
  readonly #memory: LanesToActor;
  readonly #lanes: ActorLanes<Report>;

  /** @param programBell wakes the program's thread, if that is another than the supervisor's. */
  constructor(supervisorBell: Bell, programBell?: SharedArrayBuffer) {
    this.#supervisorBell = supervisorBell;
    this.#programBell = programBell;
    this.#memory = this.#newLanes(SUPERVISOR_SLOT);
    this.#lanes = new ActorLanes(this.#memory);
    this.program = programBell && this.#newLanes(PROGRAM_SLOT);
  }

  /** The account of the mailbox, of which the supervisor counts what it posts. */
  get account(): RouterAccount {
    return this.#lanes.account;
  }

  /** What the thread is started with. */
  start(limits: MailboxLimits): LaneStart {
    const { program } = this;
    const bell = this.#programBell;
    return {
      bell: this.bell.shared,
      supervisorBell: this.#supervisorBell.shared,
      in: this.#memory.out,
      out: this.#memory.in,
      program: bell && program && { bell, in: program.out, out: program.in, slot: program.slot },
      mailbox: this.mailbox.shared,
      limits,
    };
  }

  /** Whether there is nothing to do for it. */
  get isQuiet(): boolean {
    return this.#lanes.isQuiet;
  }

  /** Sends a letter or an obituary. */
  post(letter: ToActor): void {
    this.#lanes.post(letter);
  }

  /** Opens a direct lane to another actor. */
  open(lane: DirectLane, port: MessagePort): void {
    port.postMessage(lane);
    this.#lanes.sayOpen();
  }

  /** Sends what waits for room. */
  continue(): void {
    this.#lanes.continue();
  }

  /** The next message from the actor; undefined if there is none. */
  receive(): FromLane<Report> | undefined {
    return this.#lanes.receive();
  }

  #newLanes(slot: number): LanesToActor {
    const [bell, mailbox] = [this.bell.shared, this.mailbox.shared];
    return { bell, mailbox, slot, in: newLane(LANE_BYTES), out: newLane(LANE_BYTES) };
  }
}
