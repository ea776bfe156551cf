/**
 * Makes a node's thread stand still: one 32-bit number that the thread shares with its owner. It is odd while the
 * thread must stand still. Each pause has its own number, so that a late message of an earlier pause is not mistaken
 * for the present one.
 */
export class Gate {
  /** Passed to the thread. */
  readonly shared = new SharedArrayBuffer(4);
  readonly #cell = new Int32Array(this.shared);

  /** Begins a pause, unless one is in progress. Returns its number. */
  close(): number {
    if (!this.isClosed) Atomics.add(this.#cell, 0, 1);
    return Atomics.load(this.#cell, 0);
  }

  /** Ends the pause. Does nothing if there is none. */
  open(): void {
    if (!this.isClosed) return;
    Atomics.add(this.#cell, 0, 1);
    Atomics.notify(this.#cell, 0);
  }

  /** Whether the thread must stand still. */
  get isClosed(): boolean {
    return Atomics.load(this.#cell, 0) % 2 === 1;
  }
}

/**
 * Blocks the thread for the duration of that pause, without using the processor. Meanwhile the thread does nothing; its
 * timers fire late, and its clock keeps running.
 */
export function waitAt(shared: SharedArrayBuffer, pause: number): void {
  Atomics.wait(new Int32Array(shared), 0, pause);
}
