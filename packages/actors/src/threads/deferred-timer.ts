import { performance } from "node:perf_hooks";

/**
 * One timer that is mostly set again long before it is due: a follower does so with each letter of its leader. A timer of
 * Node is cleared and set for that only once half of its time has passed; else it fires too early, and waits for the rest.
 */
export class DeferredTimer {
  readonly #nowMs: () => number;
  #timeout: NodeJS.Timeout | undefined;
  /** When that fires. */
  #firesMs = Infinity;
  #dueMs = Infinity;
  #callback: (() => void) | undefined;

  /** @param nowMs by the clock of `performance.now`. */
  constructor(nowMs = (): number => performance.now()) {
    this.#nowMs = nowMs;
  }

  /** When it is due, by that clock; Infinity while it is not set. */
  get dueMs(): number {
    return this.#dueMs;
  }

  /** Calls back once after `ms`, in place of an earlier callback. */
  set(ms: number, callback: () => void): void {
    const now = this.#nowMs();
    this.#dueMs = now + ms;
    this.#callback = callback;
    const isSoonEnough = this.#firesMs <= this.#dueMs && this.#firesMs - now > ms / 2;
    if (!isSoonEnough) this.#fireAfter(ms, now);
  }

  /** Takes back a callback that has not been called. */
  cancel(callback: () => void): void {
    if (this.#callback !== callback) return;
    this.#callback = undefined;
    this.#dueMs = Infinity;
  }

  /** Leaves nothing that would keep the thread alive. */
  close(): void {
    clearTimeout(this.#timeout);
    this.#firesMs = Infinity;
    this.#callback = undefined;
    this.#dueMs = Infinity;
  }

  #fireAfter(ms: number, now: number): void {
    clearTimeout(this.#timeout);
    this.#firesMs = now + ms;
    this.#timeout = setTimeout(this.#fire, ms);
  }

  readonly #fire = (): void => {
    this.#firesMs = Infinity;
    const callback = this.#callback;
    if (callback === undefined) return;
    const now = this.#nowMs();
    // Node counts whole milliseconds, so it may be early by less than one, which is no reason to wait again.
    if (this.#dueMs - now >= 1) return this.#fireAfter(this.#dueMs - now, now);
    this.#callback = undefined;
    this.#dueMs = Infinity;
    callback();
  };
}
