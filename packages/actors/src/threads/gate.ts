/**
 * Where a node's thread can be made to stand still: one 32-bit number that it shares with who owns it. Odd while the
 * thread shall stand. Each pause has a number of its own, so that a late word of an earlier one is not taken for it.
 */
export class Gate {
  /** Goes to the thread. */
  readonly shared = new SharedArrayBuffer(4);
  readonly #cell = new Int32Array(this.shared);

  /** The number of the pause that begins, or goes on. */
  close(): number {
    if (!this.isClosed) Atomics.add(this.#cell, 0, 1);
    return Atomics.load(this.#cell, 0);
  }

  /** Lets the thread go on. Nothing happens when it need not stand. */
  open(): void {
    if (!this.isClosed) return;
    Atomics.add(this.#cell, 0, 1);
    Atomics.notify(this.#cell, 0);
  }

  /** Whether the thread shall stand. */
  get isClosed(): boolean {
    return Atomics.load(this.#cell, 0) % 2 === 1;
  }
}

/**
 * Stands still for as long as that pause lasts, without using the processor. The thread does nothing meanwhile, whatever
 * comes; its timers run out late, and its clock goes on.
 */
export function waitAt(shared: SharedArrayBuffer, pause: number): void {
  Atomics.wait(new Int32Array(shared), 0, pause);
}
