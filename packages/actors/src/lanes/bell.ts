/// <reference lib="es2024.sharedmemory" />
// Node 20 has `Atomics.waitAsync`; the lib that TypeScript pairs with it does not declare it.

const RUNG = 0;
const SLEEP = 1;

/** How a thread sleeps: not at all, until anything rings, or until something urgent does. */
const [AWAKE, ASLEEP, DOZING] = [0, 1, 2];

/**
 * Wakes one thread: a counter in shared memory that others increase, and a flag that tells them whether the thread
 * sleeps, so that one which is awake costs them no call to the system. A thread that dozes waits for nothing but urgent
 * rings, and finds the rest when it wakes.
 *
 * The sleeper reads the counter, sets the flag, looks once more at everything that it waits for, and only then sleeps,
 * and only if the counter has not moved. So a ring between its look and its sleep is never lost.
 */
export class Bell {
  /** Passed to other threads. */
  readonly shared: SharedArrayBuffer;
  readonly #cells: Int32Array;

  /** @param shared the memory of a bell in another thread. A new one when left out. */
  constructor(shared = new SharedArrayBuffer(8)) {
    this.shared = shared;
    this.#cells = new Int32Array(shared);
  }

  /** Wakes the thread if it sleeps. What it should find must be in place before. */
  ring(isUrgent = true): void {
    Atomics.add(this.#cells, RUNG, 1);
    const sleep = Atomics.load(this.#cells, SLEEP);
    if (sleep === ASLEEP || (sleep === DOZING && isUrgent)) Atomics.notify(this.#cells, RUNG);
  }

  /** Whether this thread has begun to doze: its event loop may run other code meanwhile. */
  get isDozing(): boolean {
    return Atomics.load(this.#cells, SLEEP) === DOZING;
  }

  /** Makes this thread, which dozes, sleep: everything that rings wakes it from now on. */
  rouse(): void {
    Atomics.store(this.#cells, SLEEP, ASLEEP);
  }

  /** Blocks this thread until the bell rings, for at most `ms`; not at all unless `isQuiet`. */
  block(isQuiet: () => boolean, ms: number, dozes = false): void {
    const seen = this.#lieDown(dozes);
    if (isQuiet()) Atomics.wait(this.#cells, RUNG, seen, ms);
    this.#getUp();
  }

  /**
   * Calls back when the bell rings, or soon unless `isQuiet`; always after the event loop had a turn. Meanwhile the event
   * loop of this thread runs, and nothing keeps it from ending. Not to be called again before it has called back.
   */
  whenRung(isQuiet: () => boolean, callback: () => void, dozes = false): void {
    const seen = this.#lieDown(dozes);
    const ring = isQuiet() ? Atomics.waitAsync(this.#cells, RUNG, seen) : undefined;
    const wake = (): void => {
      this.#getUp();
      callback();
    };
    if (ring?.async !== true) setImmediate(wake);
    else void ring.value.then(() => outsideOfPromises(wake));
  }

  #lieDown(dozes: boolean): number {
    const seen = Atomics.load(this.#cells, RUNG);
    Atomics.store(this.#cells, SLEEP, dozes ? DOZING : ASLEEP);
    return seen;
  }

  #getUp(): void {
    Atomics.store(this.#cells, SLEEP, AWAKE);
  }
}

/**
 * An error of the callback is an uncaught exception, as in any other event, and no rejection. A microtask for each callback
 * would do that as well, and costs more than the rest of a ring.
 */
function outsideOfPromises(callback: () => void): void {
  try {
    callback();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
