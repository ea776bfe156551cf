import type { RecordedEvent } from "@kontiki/cli/recording";
import { Letters } from "./letters.ts";
import { Marks } from "./marks.ts";
import { after, eventsTo, firstMoment, type Moment } from "./moment.ts";

/** A moment is computed from the last of these before it. */
const EVENTS_BETWEEN_STOPS = 128;

/** All events of a run so far, and the moment after each. */
export class Timeline {
  #letters = new Letters();
  #marks = new Marks();
  #events: RecordedEvent[] = [];
  readonly #nodes: string[];
  /** The moment before the event `128 * n`. */
  #stops: Moment[];
  #last: Moment;
  /** The places of the events that a story tells. */
  #told: number[] = [];
  /** Where each fault began, or was skipped. */
  #faults: { readonly id: number; readonly event: number }[] = [];
  #cached: { readonly index: number; readonly moment: Moment } | undefined;

  constructor(nodes: readonly string[]) {
    this.#nodes = [...nodes];
    this.#last = firstMoment(nodes);
    this.#stops = [this.#last];
  }

  /** Adds events that happened after all those before. */
  append(events: readonly RecordedEvent[]): void {
    for (const event of events) this.#append(event);
  }

  /**
   * Keeps the last events alone. What takes the place of the others leads to the moment after them at once.
   *
   * @returns how many places the events that are kept have moved.
   */
  keepLast(count: number): number {
    const cut = this.length - count;
    if (cut <= 0) return 0;
    const before = eventsTo(this.moment(cut - 1));
    const kept = this.#events.slice(cut);
    this.#letters = new Letters();
    this.#marks = new Marks();
    [this.#events, this.#told, this.#faults] = [[], [], []];
    this.#last = firstMoment(this.#nodes);
    this.#stops = [this.#last];
    this.#cached = undefined;
    this.append([...before, ...kept]);
    return cut - before.length;
  }

  /** All letters of these events. */
  get letters(): Letters {
    return this.#letters;
  }

  /** What stands out in these events. */
  get marks(): Marks {
    return this.#marks;
  }

  get length(): number {
    return this.#events.length;
  }

  /** The nodes, in the order in which they appeared. */
  get nodes(): readonly string[] {
    return this.#nodes;
  }

  /** The time of the first event. */
  get begin(): number {
    return this.#events[0]?.at ?? 0;
  }

  /** The time of the last event. */
  get end(): number {
    return this.#events.at(-1)?.at ?? 0;
  }

  /** Places of the events that a story tells, in their order. */
  get told(): readonly number[] {
    return this.#told;
  }

  /** An event, counted from 0. */
  event(index: number): RecordedEvent | undefined {
    return this.#events[index];
  }

  /** The moment after an event; before the first one for -1. */
  moment(index: number): Moment {
    const place = Math.min(index, this.length - 1);
    if (place === this.length - 1) return this.#last;
    if (this.#cached?.index === place) return this.#cached.moment;
    const stop = Math.floor((place + 1) / EVENTS_BETWEEN_STOPS);
    let moment = this.#stops[stop] ?? this.#last;
    let from = stop * EVENTS_BETWEEN_STOPS;
    if (this.#cached !== undefined && this.#cached.index < place && this.#cached.index >= from) {
      ({ moment } = this.#cached);
      from = this.#cached.index + 1;
    }
    for (const event of this.#events.slice(from, place + 1)) moment = after(moment, event);
    this.#cached = { index: place, moment };
    return moment;
  }

  /** Faults that begin after an event, in their order. */
  faultsAfter(index: number): readonly { readonly id: number; readonly text: string }[] {
    return this.#faults
      .filter(({ event }) => event > index)
      .map(({ id, event }) => ({ id, text: this.#events[event]?.text ?? "" }));
  }

  /** The last event at or before a time; -1 when there is none. */
  indexAt(at: number): number {
    let [low, high] = [0, this.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#events[middle]?.at ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  #append(event: RecordedEvent): void {
    const index = this.#events.length;
    if (index > 0 && index % EVENTS_BETWEEN_STOPS === 0) this.#stops.push(this.#last);
    this.#events.push(event);
    this.#letters.add(event, index);
    this.#marks.add(event, index);
    if (event.quiet !== true) this.#told.push(index);
    if (event.fault !== undefined && event.fault.phase !== "ended")
      this.#faults.push({ id: event.fault.id, event: index });
    for (const node of Object.keys(event.changes ?? {}))
      if (!this.#nodes.includes(node)) this.#nodes.push(node);
    this.#last = after(this.#last, event);
  }
}
