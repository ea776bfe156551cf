import { performance } from "node:perf_hooks";
import type { Timeline } from "../engine/timeline.ts";

/** Real time, for code that is written for virtual time. Timers that are left when it is closed never fire. */
export class RealTimeline implements Timeline {
  readonly #start = performance.now();
  readonly #timers = new Set<NodeJS.Timeout>();

  /** In ms from its creation. */
  get now(): number {
    return performance.now() - this.#start;
  }

  /** Here `ms` may be below 0, as time passes while it is computed; Node 24 and newer would print a warning. */
  after(ms: number, callback: () => void): () => void {
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        callback();
      },
      Math.max(0, ms),
    );
    this.#timers.add(timer);
    return () => {
      clearTimeout(timer);
      this.#timers.delete(timer);
    };
  }

  /** Resolves at that time, or at once when it has passed; never after the timeline was closed. */
  until(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(ms - this.now, resolve);
    });
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
