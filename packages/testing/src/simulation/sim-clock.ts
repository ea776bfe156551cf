import type { Clock } from "@kontiki/actors/node";
import type { FaultableClock } from "../engine/fault-surfaces.ts";
import type { Chance } from "../chance.ts";
import { InForce } from "./in-force.ts";
import type { Timeline } from "../engine/timeline.ts";

/** How often a supervisor shows that its event loop runs, in ms; here it always does. */
const PULSE_MS = 20;

/**
 * The clock of one node: it may run at another rate than the run's own time, and jump.
 *
 * A timer keeps the rate at which it was set, and no jump moves it: a timer of an operating system uses a counter that no program
 * can set. `nowMs` does jump, even back, which a monotonic clock never does: that is the fault.
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

  /** How fast it runs: 1 is the speed of the run's own time. */
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

  /** A fast clock is fast for the supervisor too: both are in one process. */
  pulses(): number {
    return Math.floor(this.#steady() / PULSE_MS);
  }

  /** Lets it run `rate` times as fast, above 0. Rates multiply. Returns a function that ends this. */
  beginDrift(rate: number): () => void {
    this.#settle();
    const end = this.#rates.begin(rate);
    return () => {
      this.#settle();
      end();
    };
  }

  /** Moves it forward, or back with a negative number, in ms. */
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
