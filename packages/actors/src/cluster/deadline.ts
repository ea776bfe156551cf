import { performance } from "node:perf_hooks";
import { setTimeout as setTimeoutAsync } from "node:timers/promises";
import { KontikiError } from "../errors.ts";
import { patience, signal } from "../options/rules.ts";
import type { Schema } from "../options/schema.ts";
import { TIMER_MS_MAX } from "../supervision/control.ts";

/** Emits `change` whenever something that is waited for may have come. */
export type Changes = {
  on(name: "change", listener: () => void): unknown;
  off(name: "change", listener: () => void): unknown;
};

/** Options for waiting. */
export type WaitOptions = {
  /** Timeout in ms, 0 or more; Infinity for none. Default 30,000. */
  readonly timeoutMs?: number | undefined;
  /** Aborts the wait. */
  readonly signal?: AbortSignal | undefined;
};

export const WAIT_OPTIONS: Schema<WaitOptions> = { timeoutMs: patience, signal };

/** Options of what can only take a time. */
export type TimeoutOptions = Pick<WaitOptions, "timeoutMs">;

export const TIMEOUT_OPTIONS: Schema<TimeoutOptions> = { timeoutMs: patience };

const TIMEOUT_MS = 30_000;

/**
 * Waits until `look` returns a value, calling it again whenever a status changes.
 *
 * @throws KontikiError naming `what` when the time has run out, the signal's reason when it is aborted, and whatever
 * `look` throws.
 */
export function waitFor<T>(
  events: Changes,
  what: string,
  look: () => T | undefined,
  options: WaitOptions = {},
): Promise<T> {
  return new Deadline(what, options).wait(events, look);
}

/** A time limit that several waits for one result share. */
export class Deadline {
  readonly #what: string;
  readonly #timeoutMs: number;
  readonly #signal: AbortSignal | undefined;
  readonly #until: number;
  #isOver = false;
  /** What prevents the result, if known; part of the error when the time has run out. */
  obstacle: string | undefined;
  /** Whether what was requested may happen even if the wait for it ends before. */
  isOpen = false;

  /** @param what is waited for, as errors name it. */
  constructor(what: string, { timeoutMs = TIMEOUT_MS, signal }: WaitOptions = {}) {
    this.#what = what;
    this.#timeoutMs = timeoutMs;
    this.#signal = signal;
    this.#until = performance.now() + timeoutMs;
  }

  /** The time left, in ms; at least 0. */
  get leftMs(): number {
    return this.#isOver ? 0 : Math.max(0, this.#until - performance.now());
  }

  /** Waits like {@link waitFor}, for the time that is left. */
  wait<T>(events: Changes, look: () => T | undefined): Promise<T> {
    const signal = this.#signal;
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        clearTimeout(timer);
        events.off("change", check);
        signal?.removeEventListener("abort", onAbort);
        settle();
      };
      const onAbort = (): void => end(() => reject(signal?.reason as Error));
      const check = (): void => {
        try {
          const found = look();
          if (found !== undefined) end(() => resolve(found));
        } catch (error) {
          end(() => reject(error as Error));
        }
      };
      const onTimeout = (): void => {
        // By the other clock, some time may be left.
        this.#isOver = true;
        end(() => reject(this.#over()));
      };
      const timer = setTimeout(onTimeout, Math.min(this.leftMs, TIMER_MS_MAX));
      events.on("change", check);
      signal?.addEventListener("abort", onAbort, { once: true });
      if (signal?.aborted === true) onAbort();
      else check();
    });
  }

  /** Waits this long before another attempt. @throws KontikiError when the time has run out, or the signal's reason. */
  async pause(ms: number): Promise<void> {
    if (this.leftMs === 0) throw this.#over();
    this.#signal?.throwIfAborted();
    await setTimeoutAsync(Math.min(ms, this.leftMs));
  }

  /** The error that says what did not happen, and why. */
  failure(why: string): KontikiError {
    return new KontikiError(`${this.#what}: ${why}`);
  }

  #over(): KontikiError {
    const because = this.obstacle === undefined ? "" : `, because ${this.obstacle}`;
    return this.failure(`not within ${Math.round(this.#timeoutMs)} ms${because}`);
  }
}
