import type { RecordedEvent } from "../view/recording.ts";

/**
 * Events that come late are held back this long, in ms, until all that happened before has come: what a thread has recorded
 * comes in batches.
 */
export const HELD_MS = 100;

/** Puts events into the order in which they happened. */
export class InOrder {
  #waiting: RecordedEvent[] = [];
  #last = 0;

  /** When the last event was that has been taken. */
  get last(): number {
    return this.#last;
  }

  add(event: RecordedEvent): void {
    this.#waiting.push(event);
  }

  /** Takes the events up to a time. One that came too late for its place is told with the next ones. */
  upTo(at: number): readonly RecordedEvent[] {
    const ready = this.#waiting.filter((event) => event.at <= at);
    if (ready.length === 0) return ready;
    this.#waiting = this.#waiting.filter((event) => event.at > at);
    const inOrder = ready
      .toSorted((one, other) => one.at - other.at)
      .map((event) => (event.at < this.#last ? { ...event, at: this.#last } : event));
    this.#last = inOrder.at(-1)?.at ?? this.#last;
    return inOrder;
  }
}
