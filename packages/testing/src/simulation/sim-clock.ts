import type { Clock } from "@kontiki/actors/node";
import type { FaultableClock } from "../engine/fault-surfaces.ts";
import type { Chance } from "../chance.ts";
import { InForce } from "./in-force.ts";
import type { Timeline } from "../engine/timeline.ts";

/** How often a supervisor shows that its loop turns, in ms; here it always does. */
const PULSE_MS = 20;

/**
 * The clock of one node: it may run at another rate than the run's own time, and jump.
 *
 * Timers are set by the rate in force and keep to it, and no jump moves them: a timer of an operating system counts from
 * when it was set, by a counter that is never set. `nowMs` does jump, back as well, as no monotonic clock would: that is
 * the fault.
 */
export class SimClock implements Clock, FaultableClock {
  readonly #timeline: Timeline;
  readonly #chance: Chance;
  readonly #rates = new InForce<number>();
  /** The clock without its jumps, as of `#since` on the timeline; both in ms. */
  #counted = 0;
  #since = 0;
  #jumpsMs = 0;

  constructor(timeline: Timeline, chance: Chance) {
    this.#timeline = timeline;
    this.#chance = chance;
  }

  /** How many times as fast as the run's own time it runs. */
  get rate(): number {
    return this.#rates.all.reduce((product, rate) => product * rate, 1);
  }

  after(ms: number, callback: () => void): () => void {
    return this.#timeline.after(ms / this.rate, callback);
  }

  random(): number {
    return this.#chance.next();
  }

  nowMs(): number {
    return this.#steady() + this.#jumpsMs;
  }

  /** A clock that is fast is so for the supervisor too: both live in one process. */
  pulses(): number {
    return Math.floor(this.#steady() / PULSE_MS);
  }

  /** It runs `rate` times as fast, above 0, until the function that this gives is called. Rates multiply. */
  beginDrift(rate: number): () => void {
    this.#settle();
    const end = this.#rates.begin(rate);
    return () => {
      this.#settle();
      end();
    };
  }

  /** It jumps: forward, or back with a negative number. */
  step(ms: number): void {
    this.#jumpsMs += ms;
  }

  #steady(): number {
    return this.#counted + (this.#timeline.now - this.#since) * this.rate;
  }

  #settle(): void {
    this.#counted = this.#steady();
    this.#since = this.#timeline.now;
  }
}
