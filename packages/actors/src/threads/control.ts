import { setMaxListeners } from "node:events";
import type { MessagePort } from "node:worker_threads";
import { releaseProxy, wrap } from "comlink";
import { KontikiError, messageOf } from "../errors.ts";
import type { Answering, NodeControl, Remote } from "../mail/protocol.ts";
import { TIMER_MS_MAX } from "../node/timers.ts";

/**
 * The caller's side of the control port of a thread: a node's, or the supervisor's.
 *
 * A call would never be answered if the thread dies, or is too busy: each has a deadline, and all are rejected when the
 * thread exits.
 */
export class Control<C extends Answering = NodeControl> {
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
