import type { Timer } from "./node-actor.ts";
import { PULSE_MS } from "./protocol.ts";

/** Lengths of a node's timers, in ms. */
export type TimerLengths = {
  /** An election timeout is drawn evenly from this to twice this (§5.2, §9.3). */
  readonly electionTimeoutMs: number;
  readonly heartbeatMs: number;
};

/** The longest time that Node's timers know, in ms: 25 days. A longer one would be over at once. */
export const TIMER_MS_MAX = 2 ** 31 - 1;

/** The clock and the chance of a node. */
export type Clock = {
  /** Calls back once after `ms`; gives a function that calls it off. */
  after(ms: number, callback: () => void): () => void;
  /** A number from 0 up to 1. */
  random(): number;
  /** How often the supervisor's event loop has shown that it turns: once every {@link PULSE_MS} while it does. */
  pulses(): number;
};

/**
 * Runs the one timer that a node has at a time.
 *
 * All mail goes through the supervisor's event loop. When that stands still, so does everybody's mail, and silence
 * says nothing about the leader: a node that held an election then would depose a healthy one. So an election timeout
 * counts only if the loop turned meanwhile, at half its rate at least.
 */
export class TimerRunner {
  readonly #lengths: TimerLengths;
  readonly #clock: Clock;
  readonly #onTimeout: (epoch: number) => void;
  #epoch = -1;
  #cancel = (): void => {};

  constructor(lengths: TimerLengths, clock: Clock, onTimeout: (epoch: number) => void) {
    this.#lengths = lengths;
    this.#clock = clock;
    this.#onTimeout = onTimeout;
  }

  /** Makes `timer` the one that runs; nothing changes when it already is. */
  run(timer: Timer): void {
    if (timer.epoch === this.#epoch) return;
    this.#epoch = timer.epoch;
    this.#start(timer);
  }

  stop(): void {
    this.#cancel();
  }

  #start(timer: Timer): void {
    this.#cancel();
    const { electionTimeoutMs, heartbeatMs } = this.#lengths;
    const election = timer.type === "election";
    const ms = election ? electionTimeoutMs * (1 + this.#clock.random()) : heartbeatMs;
    const pulsesBefore = this.#clock.pulses();
    this.#cancel = this.#clock.after(ms, () => {
      const due = ms / PULSE_MS / 2;
      if (election && this.#clock.pulses() - pulsesBefore < Math.floor(due)) this.#start(timer);
      else this.#onTimeout(timer.epoch);
    });
  }
}
