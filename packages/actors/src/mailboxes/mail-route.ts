import { PULSE_MS } from "./pulse.ts";

const PULSES = 0;
const IS_CARRIED = 1;

/**
 * Whether the program's thread carries the mail between nodes, which the threads of all nodes and of the supervisor look up
 * with each letter: two 32-bit numbers that they share. Otherwise a letter takes the direct lane to its receiver.
 *
 * Each sender decides by itself, between two of its letters. So no lane is cut while somebody writes to it.
 */
export class MailRoute {
  /** Passed to the threads. */
  readonly shared = new SharedArrayBuffer(8);
  readonly #cells = new Int32Array(this.shared);
  #pulses: NodeJS.Timeout | undefined;

  get isCarried(): boolean {
    return isCarried(this.#cells);
  }

  /** Carries the mail from now on, or no longer. While it does, the count of pulses shows that this thread runs. */
  carry(isOn: boolean): void {
    Atomics.store(this.#cells, IS_CARRIED, isOn ? 1 : 0);
    clearInterval(this.#pulses);
    this.#pulses = isOn
      ? setInterval(() => Atomics.add(this.#cells, PULSES, 1), PULSE_MS)
      : undefined;
  }

  close(): void {
    clearInterval(this.#pulses);
  }
}

/** Whether mail is carried, as a thread sees it. */
export function isCarried(cells: Int32Array): boolean {
  return Atomics.load(cells, IS_CARRIED) === 1;
}

/** How often the carrying thread has run. */
export function pulsesIn(cells: Int32Array): number {
  return Atomics.load(cells, PULSES);
}
