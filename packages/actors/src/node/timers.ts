import type { Timer } from "./performer.ts";
import { PULSE_MS } from "../mailboxes/pulse.ts";

/** Lengths of a node's timers, in ms. */
export type TimerLengths = {
  /** An election timeout is drawn uniformly from this to twice this (§5.2, §9.3). */
  readonly electionTimeoutMs: number;
  readonly heartbeatMs: number;
  /** How many more election timeouts this node waits before it stands, so that others stand first. 0 or more. */
  readonly patience: number;
  /**
   * Whether nodes that have got the same obituary, or have just started, stand in turns (`turnToStand`), the first at once.
   * Otherwise each draws its delay: a simulation does, so that it meets every order.
   */
  readonly inTurns?: boolean | undefined;
};

/** Hastened election timers fire within this fraction of an election timeout: spread enough for one to win alone. */
const HASTE = 0.25;

/** What a timer reports: `silence` at the shortest election timeout, `timer` at its end. */
export type TimeoutType = "silence" | "timer";

/** Called when a timer starts that ends in `ms`, if the carrier of mail runs meanwhile. */
export type TimerWatch = (type: Timer["type"], ms: number) => void;

/** The clock and randomness of a node. */
export type Clock = {
  /** Calls back once after `ms`; returns a function that cancels it. */
  after(ms: number, callback: () => void): () => void;
  /** A random number from 0 up to 1, exclusive. */
  random(): number;
  /** Milliseconds by a monotonic clock. */
  nowMs(): number;
  /** How often whatever carries the node's mail has shown that it runs: once every {@link PULSE_MS}. */
  pulses(): number;
};

/**
 * Runs the one timer that a node has at a time.
 *
 * A carrier carries mail in an event loop. When that stands still, so does all mail, and silence says nothing about the
 * leader: a node that held an election then would depose a healthy one, and a leader would conclude that it has lost its
 * majority. So a timeout counts only if the loop ran meanwhile, at no less than half its rate. Lanes need no loop.
 */
export class TimerRunner {
  readonly #lengths: TimerLengths;
  readonly #clock: Clock;
  readonly #onTimeout: (type: TimeoutType, epoch: number) => void;
  readonly #onStart: TimerWatch | undefined;
  #epoch = -1;
  #cancel = (): void => {};

  constructor(
    lengths: TimerLengths,
    clock: Clock,
    onTimeout: (type: TimeoutType, epoch: number) => void,
    onStart?: TimerWatch,
  ) {
    this.#lengths = lengths;
    this.#clock = clock;
    this.#onTimeout = onTimeout;
    this.#onStart = onStart;
  }

  /** Makes `timer` the running one; does nothing if it already is. */
  run(timer: Timer): void {
    if (timer.epoch === this.#epoch) return;
    this.#epoch = timer.epoch;
    this.#start(timer);
  }

  /** Leaves only a short time of an election timer, by turns or at random, unless others are to stand before. */
  hasten({ type, epoch, turn }: Timer): void {
    if (type !== "election" || epoch !== this.#epoch || this.#lengths.patience > 0) return;
    this.#start({ type: "hastened", epoch, turn });
  }

  stop(): void {
    this.#cancel();
  }

  /** Another node is driven from now on, whose epochs start again. */
  forget(): void {
    this.#cancel();
    this.#epoch = -1;
  }

  #start({ type, epoch, turn }: Timer): void {
    this.#cancel();
    const { electionTimeoutMs, heartbeatMs, patience, inTurns = false } = this.#lengths;
    const end = (): void => this.#onTimeout("timer", epoch);
    switch (type) {
      case "heartbeat":
        // A leader counts unanswered heartbeats, and none can be answered while no mail is carried.
        this.#onStart?.(type, heartbeatMs);
        this.#whenQuiet(heartbeatMs, end);
        return;
      case "hastened": {
        // As with a whole timeout, a node of lower priority waits until the others had their time.
        const chosen = (inTurns ? turn : undefined) ?? this.#clock.random();
        const ms = electionTimeoutMs * HASTE * (chosen + patience);
        this.#onStart?.(type, ms);
        this.#cancel = this.#clock.after(ms, end);
        return;
      }
      case "election": {
        const rest = electionTimeoutMs * (this.#clock.random() + patience);
        this.#onStart?.(type, electionTimeoutMs + rest);
        this.#whenQuiet(electionTimeoutMs, () => {
          // The callback may start another timer at once.
          this.#whenQuiet(rest, end);
          this.#onTimeout("silence", epoch);
        });
        return;
      }
      default:
        void (type satisfies never);
    }
  }

  /** Calls back after `ms` during which the supervisor's loop ran, so that mail could have arrived. */
  #whenQuiet(ms: number, callback: () => void): void {
    const before = this.#clock.pulses();
    const due = Math.floor(ms / PULSE_MS / 2);
    this.#cancel = this.#clock.after(ms, () => {
      if (this.#clock.pulses() - before < due) this.#whenQuiet(ms, callback);
      else callback();
    });
  }
}
