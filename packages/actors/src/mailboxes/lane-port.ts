import { performance } from "node:perf_hooks";
import { receiveMessageOnPort, type MessagePort } from "node:worker_threads";
import { Bell } from "../lanes/bell.ts";
import type { DirectLane, LaneStart } from "./lane-frames.ts";
import { LaneInbox } from "./lane-inbox.ts";
import type { LaneOutbox } from "./lane-outbox.ts";
import type { ToActor } from "./letter.ts";

/**
 * While letters come closer together than this, in ms, an actor sleeps between them without its event loop, because it wakes
 * faster so. Otherwise it sleeps in its event loop. So whatever else runs in its thread is late by no more than this.
 */
const BLOCK_MS = 4;

/** What else an actor's thread has to do. */
export type ThreadWork = {
  /** Whether something runs as soon as the event loop comes to it. */
  readonly isDue: () => boolean;
  /** When the actor's timer is due, by `performance.now`. */
  readonly timerAtMs: () => number;
  /** Whether letters that can wait may wait until something else wakes the thread. */
  readonly mayDoze?: () => boolean;
};

/** What a port needs of the lanes that lead from its thread. */
export type PortOutbox = Pick<
  LaneOutbox,
  "canContinue" | "continue" | "open" | "settled" | "flush"
>;

/**
 * The mail connection of an actor in a thread: lanes for mail and reports, and a port for what cannot travel in them, which
 * is rare.
 */
export class LanePort {
  readonly #port: MessagePort;
  readonly #bell: Bell;
  readonly #inbox: LaneInbox;
  readonly #outbox: PortOutbox;
  readonly #work: ThreadWork;
  #onLetters = (): void => {};
  #lastLetterMs = -Infinity;
  #isBusy = false;
  #isClosed = false;

  /** @param keeps see {@link LaneInbox}. */
  constructor(
    start: LaneStart,
    port: MessagePort,
    work: ThreadWork,
    outbox: PortOutbox,
    keeps = false,
  ) {
    this.#port = port;
    this.#bell = new Bell(start.bell);
    this.#work = work;
    this.#outbox = outbox;
    const onOpen = (): void => this.#open();
    const onSettled = (slot: number, lost: number): void => this.#outbox.settled(slot, lost);
    this.#inbox = new LaneInbox(start, { onOpen, onSettled }, keeps);
  }

  /** Takes the next letter; undefined if there is none. */
  receive(): ToActor | undefined {
    return this.#inbox.receive();
  }

  /** A letter that was kept counts no longer. */
  handled(slot: number, bytes: number): void {
    this.#inbox.handled(slot, bytes);
  }

  /** To be called before letters are sent: a timer's turn may begin what the thread did not wait for when it went to sleep. */
  rouse(): void {
    if (this.#bell.isDozing && !this.#mayDoze) this.#bell.rouse();
  }

  /** Calls back whenever letters have come. */
  onLetters(callback: () => void): void {
    this.#onLetters = callback;
    setImmediate(this.#run);
  }

  /** Sends what is held back, and takes no more mail. */
  close(): void {
    this.#outbox.flush();
    this.#isClosed = true;
    this.#port.close();
  }

  /** Takes what has come, and sleeps. Between two runs the event loop has a turn: control calls, pauses, timers. */
  readonly #run = (): void => {
    this.#take();
    if (this.#isClosed) return;
    const ms = this.#work.isDue() ? 0 : this.#blockMs();
    if (ms > 0) {
      this.#bell.block(this.#isQuiet, ms, this.#mayDoze);
      this.#take();
    } else if (!this.#work.isDue()) {
      this.#outbox.flush();
      return this.#bell.whenRung(this.#isQuiet, this.#run, this.#mayDoze);
    }
    setImmediate(this.#run);
  };

  #take(): void {
    if (this.#isClosed) return;
    if (this.#outbox.canContinue) this.#outbox.continue();
    if (this.#inbox.isEmpty) return;
    const cameMs = performance.now();
    this.#isBusy = cameMs - this.#lastLetterMs < BLOCK_MS;
    this.#onLetters();
    this.#lastLetterMs = performance.now();
  }

  get #mayDoze(): boolean {
    return this.#work.mayDoze?.() === true;
  }

  #blockMs(): number {
    if (!this.#isBusy) return 0;
    const now = performance.now();
    return Math.min(this.#lastLetterMs + BLOCK_MS, this.#work.timerAtMs()) - now;
  }

  readonly #isQuiet = (): boolean =>
    this.#isClosed || (this.#inbox.isEmpty && !this.#outbox.canContinue);

  /** The lane was posted before the frame that says that it is open. */
  #open(): void {
    const received = receiveMessageOnPort(this.#port) as { readonly message: DirectLane };
    this.#inbox.open(received.message);
    this.#outbox.open(received.message);
  }
}
