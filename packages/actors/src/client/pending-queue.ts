import { Numbered } from "./numbered.ts";

/** A proposal or read of a client that has not ended. */
export type Pending = {
  readonly deadline: number;
  /** The parcel that it was last sent in, while the fate of that parcel is open; 0 while it waits to be sent. */
  parcel: number;
  /** How often it was sent without getting an answer in time. */
  unanswered: number;
};

/**
 * All pending proposals or reads, by number. Each waits in a queue or is in a parcel.
 *
 * Parcels come back in any order; what returns to the queue is sent in the order of its number.
 */
export class PendingQueue<P extends Pending> {
  readonly #pending = new Numbered<P>();
  #waiting: number[] = [];
  #last: number;

  /** @param first the number of the first one that is added. */
  constructor(first = 1) {
    this.#last = first - 1;
  }

  /** How many have not ended. */
  get size(): number {
    return this.#pending.size;
  }

  /** Whether any of them waits to be sent. */
  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** The lowest number that has not ended; the last one that was given when all have. */
  get lowest(): number {
    return this.#pending.lowest ?? this.#last;
  }

  /** Adds one to the queue, and gives its number. */
  add(pending: P): number {
    this.#last += 1;
    this.#pending.add(this.#last, pending);
    this.#waiting.push(this.#last);
    return this.#last;
  }

  get(number: number): P | undefined {
    return this.#pending.get(number);
  }

  /** All that have not ended, in the order in which they were asked for. */
  all(): [number, P][] {
    return this.where(() => true);
  }

  /** Those that a condition holds for, each with its number. */
  where(holds: (pending: P) => boolean): [number, P][] {
    return this.#pending.where(holds);
  }

  /** Removes one that has ended. */
  end(number: number): void {
    this.#pending.take(number);
  }

  /** Goes through the queue in order. Those that `take` returns true for leave it, as do those that have ended. */
  takeWaiting(take: (number: number, pending: P) => boolean): void {
    this.#waiting = this.#waiting.filter((number) => {
      const pending = this.#pending.get(number);
      return pending !== undefined && !take(number, pending);
    });
  }

  /** Puts some that were under way back in the queue. */
  requeue(again: readonly (readonly [number, P])[]): void {
    if (again.length === 0) return;
    for (const [, pending] of again) pending.parcel = 0;
    this.#waiting = [...again.map(([number]) => number), ...this.#waiting].sort((a, b) => a - b);
  }
}
