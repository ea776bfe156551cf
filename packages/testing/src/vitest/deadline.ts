import type { Simulation } from "../runs/simulation.ts";
import type { Observer } from "../engine/observer.ts";

/** Number of events between two looks at the clock. */
const EVENTS_BETWEEN_LOOKS = 64;

/** Taken at load time: a test may replace the clock by a fake one later. */
const now = performance.now.bind(performance);

/**
 * A point in real time after which a test tries nothing more. No timer can interrupt a run, because a run is one long
 * computation: so the run checks the clock between events. A watchdog ends an event that never ends.
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

  /** How much time is left, in ms; negative when it has passed. */
  get leftMs(): number {
    return this.#end - now();
  }

  /** The earlier of this deadline and `ms` from now. */
  atMost(ms: number): Deadline {
    return new Deadline(Math.min(ms, this.leftMs));
  }

  /** Ends a run at the deadline. A run that ends earlier is not changed. */
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

/** The check reported for a run that a {@link Deadline} ended. It says nothing about the cluster. */
export const TIME_UP = "time of the test";
