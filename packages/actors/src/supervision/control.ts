import { setMaxListeners } from "node:events";
import type { MessagePort } from "node:worker_threads";
import { releaseProxy, wrap } from "comlink";
import { KontikiError, messageOf } from "../errors.ts";

/** The longest timer that Node supports, in ms: 25 days. A longer one would fire at once. */
export const TIMER_MS_MAX = 2 ** 31 - 1;

/** What answers control calls. */
// oxlint-disable-next-line typescript/no-explicit-any -- the methods of each have their own types
export type Answering = Readonly<Record<string, (...args: any) => unknown>>;

/** What answers control calls, as its caller sees it. Comlink's own type for this needs the types of a browser. */
export type Remote<C extends Answering> = {
  readonly [Name in keyof C]: (
    ...args: Parameters<C[Name]>
  ) => Promise<Awaited<ReturnType<C[Name]>>>;
};

/**
 * The caller's side of the control port of a thread: an actor's, or a supervisor's.
 *
 * A call would never be answered if the thread dies, or is too busy: each has a deadline, and all are rejected when the
 * thread exits.
 */
export class Control<C extends Answering> {
  readonly #name: string;
  readonly #remote: Remote<C> & { [releaseProxy](): void };
  readonly #gone = new AbortController();

  /** @param name of the thread, for errors. */
  constructor(name: string, port: MessagePort) {
    this.#name = name;
    // Each call adds a listener, and there may be many.
    setMaxListeners(0, this.#gone.signal);
    this.#remote = wrap(port) as unknown as Remote<C> & { [releaseProxy](): void };
  }

  /** Calls the thread. @throws KontikiError when its thread ends or the deadline passes first. */
  call<T>(what: string, deadlineMs: number, ask: (thread: Remote<C>) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const fail = (why: string): void =>
        reject(new KontikiError(`${what} of ${this.#name}: ${why}`));
      const { signal } = this.#gone;
      if (signal.aborted) return fail("its thread has ended");
      const onGone = (): void => end(() => fail("its thread ended before it answered"));
      const timer = setTimeout(
        () => end(() => fail(`no answer within ${deadlineMs} ms`)),
        Math.min(deadlineMs, TIMER_MS_MAX),
      );
      const end = (settle: () => void): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", onGone);
        settle();
      };
      signal.addEventListener("abort", onGone, { once: true });
      ask(this.#remote).then(
        (answer) => end(() => resolve(answer)),
        (error: unknown) => end(() => fail(messageOf(error))),
      );
    });
  }

  /** The thread has exited: pending calls will never be answered. */
  threadExited(): void {
    this.#gone.abort();
    this.#remote[releaseProxy]();
  }
}
