import type { Clock } from "@kontiki/actors/node";
import type { Chance } from "../chance.ts";
import type { Timeline } from "./timeline.ts";

/** How often a supervisor shows that its loop turns, in ms; here it always does. */
const PULSE_MS = 20;

/** The clock of one node: it may run at another rate than the run's own time, and jump. */
export class SimClock implements Clock {
  readonly #timeline: Timeline;
  readonly #chance: Chance;

  constructor(timeline: Timeline, chance: Chance) {
    this.#timeline = timeline;
    this.#chance = chance;
  }

  after(ms: number, callback: () => void): () => void {
    return this.#timeline.after(ms, callback);
  }

  random(): number {
    return this.#chance.next();
  }

  nowMs(): number {
    return this.#timeline.now;
  }

  pulses(): number {
    return Math.floor(this.#timeline.now / PULSE_MS);
  }
}
