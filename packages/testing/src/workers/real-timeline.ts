import { performance } from "node:perf_hooks";
import type { Timeline } from "../engine/timeline.ts";

/** Real time, for what is written for a virtual one. Timers that are left when it is closed never run out. */
export class RealTimeline implements Timeline {
  readonly #start = performance.now();
  readonly #timers = new Set<NodeJS.Timeout>();

  /** In ms since it was made. */
  get now(): number {
    return performance.now() - this.#start;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      callback();
    }, ms);
    this.#timers.add(timer);
    return () => {
      clearTimeout(timer);
      this.#timers.delete(timer);
    };
  }

  /** Resolves at that time, at once when it has passed, and never when all was closed before. */
  until(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(Math.max(0, ms - this.now), resolve);
    });
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
