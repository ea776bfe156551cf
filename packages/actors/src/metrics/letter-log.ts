import type { Message } from "@kontiki/core";
import { recordOf } from "./letter-record.ts";
import { PROBE_CELLS, type Probe, type ProbeSpec } from "./probe.ts";

/** The share of letters in its cell when all are recorded. */
export const ALL_LETTERS = 65_536;

/** When the cell of recorded letters has come to this, no more are recorded until the program looks again. */
export const LETTERS_MAX = 500;

/** A started timer is recorded if this many ms have passed since the one before: under load it starts again in each turn. */
const TIMER_EVERY_MS = 40;

/** Multiples of it, modulo 2^16, are spread evenly, and never in step with the turns in which a leader writes to its peers. */
const GOLDEN = 40_503;

/**
 * Records the letters that a node's thread sends and takes, and its timers, for listeners in the program. While there are
 * none, a letter costs one look at shared memory.
 *
 * The sender decides which letters are recorded, and puts a number into those: so both ends record the same letters, each end
 * of a letter can be found by the other, and one that never arrives is known.
 */
export class LetterLog {
  readonly #cells: Int32Array;
  readonly #probe: Probe;
  readonly #node: string;
  readonly #incarnation: number;
  #count = 0;
  #timer = "";
  #timerAt = -Infinity;

  constructor(spec: ProbeSpec, probe: Probe, node: string, incarnation: number) {
    this.#cells = new Int32Array(spec.cells);
    this.#probe = probe;
    this.#node = node;
    this.#incarnation = incarnation;
  }

  /** The number of the next letter, if it is to be recorded. */
  next(): number | undefined {
    const share = Atomics.load(this.#cells, PROBE_CELLS.letters);
    if (share === 0) return undefined;
    this.#count += 1;
    Atomics.add(this.#cells, PROBE_CELLS.lettersSent, 1);
    if (share < ALL_LETTERS && (Math.imul(this.#count, GOLDEN) & 0xffff) >= share) return undefined;
    const before = Atomics.add(this.#cells, PROBE_CELLS.lettersTaken, 1);
    return before < LETTERS_MAX ? this.#count : undefined;
  }

  /** A letter with a number leaves. */
  sent(to: string, number: number, messages: readonly Message<unknown>[], bytes: number): void {
    const letter = `${this.#node}/${this.#incarnation}/${number}`;
    this.#add({ way: "sent", letter, from: this.#node, to, bytes, messages });
  }

  /** A letter with a number has been taken out of the mailbox. @param incarnation that of its sender. */
  received(
    from: string,
    incarnation: number,
    number: number,
    messages: readonly Message<unknown>[],
    bytes: number,
  ): void {
    const letter = `${from}/${incarnation}/${number}`;
    this.#add({ way: "received", letter, from, to: this.#node, bytes, messages });
  }

  /** A timer was started that ends in `ms`. */
  timer(timer: "election" | "hastened" | "heartbeat", ms: number): void {
    if (Atomics.load(this.#cells, PROBE_CELLS.timers) === 0) return;
    const at = this.#probe.now;
    if (timer === this.#timer && at - this.#timerAt < TIMER_EVERY_MS) return;
    this.#timer = timer;
    this.#timerAt = at;
    this.#probe.timer({ at, dueAt: at + ms, timer });
  }

  #add({ messages, ...rest }: Draft): void {
    const share = Atomics.load(this.#cells, PROBE_CELLS.letters);
    // Between the sender's look and this one the last listener may have gone.
    if (share === 0) return;
    this.#probe.letter({
      at: this.#probe.now,
      ...rest,
      messages: messages.map(recordOf),
      share: share / ALL_LETTERS,
    });
  }
}

type Draft = {
  readonly way: "sent" | "received";
  readonly letter: string;
  readonly from: string;
  readonly to: string;
  readonly bytes: number;
  readonly messages: readonly Message<unknown>[];
};
