import type { EventEmitter } from "node:events";
import { KontikiError } from "./errors.ts";
import type { SupervisorEvents } from "./supervisor.ts";
import { TIMER_MS_MAX } from "./timers.ts";

/** How long to wait for something. */
export type WaitOptions = {
  /** In ms; 30,000 when left out. */
  readonly timeoutMs?: number | undefined;
  /** Gives up waiting. */
  readonly signal?: AbortSignal | undefined;
};

const TIMEOUT_MS = 30_000;

/**
 * Waits until `look` finds something, looking again whenever a status changes.
 *
 * @throws KontikiError naming `what` when the time is over, the signal's reason when that is given, and whatever
 *   `look` throws.
 */
export function waitFor<T>(
  events: EventEmitter<SupervisorEvents>,
  what: string,
  look: () => T | undefined,
  { timeoutMs = TIMEOUT_MS, signal }: WaitOptions = {},
): Promise<T> {
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
    const onTimeout = (): void =>
      end(() => reject(new KontikiError(`${what}: not within ${timeoutMs} ms`)));
    const timer = setTimeout(onTimeout, Math.min(timeoutMs, TIMER_MS_MAX));
    events.on("change", check);
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
    else check();
  });
}
