import type { Simulation } from "../runs/simulate.ts";
import type { Observer } from "../engine/observer.ts";

/** Steps and happenings between two looks at the clock. */
const EVENTS_BETWEEN_LOOKS = 64;

/** A test may have a clock of its own in place of the real one. */
const now = performance.now.bind(performance);

/**
 * A moment of real time at which trying ends. A run is one long computation that no timer interrupts: so the clock is
 * looked at between its events.
 */
export class Deadline {
  readonly #end: number;

  /** @param ms from now. */
  constructor(ms: number) {
    this.#end = now() + ms;
  }

  /** Whether it has passed. */
  get isOver(): boolean {
    return now() >= this.#end;
  }

  /** This one, or so many ms from now, whichever is first. */
  atMost(ms: number): Deadline {
    return new Deadline(Math.min(ms, this.#end - now()));
  }

  /** Ends a run when time is up. It changes nothing of one that ends before. */
  readonly watch = (simulation: Simulation): Observer => {
    let events = 0;
    let isCut = false;
    const look = (): void => {
      events += 1;
      if (isCut || events % EVENTS_BETWEEN_LOOKS !== 0 || !this.isOver) return;
      isCut = true;
      simulation.report({ check: TIME_UP, text: "real time was up" });
    };
    return { onStep: look, onHappening: look };
  };
}

/** What a run that a {@link Deadline} ended is said to violate. It says nothing of the cluster. */
export const TIME_UP = "time of the test";
