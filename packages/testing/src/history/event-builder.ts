import type { Work } from "../slices.ts";
import { inOrder, type PlacedEvent } from "./event-order.ts";
import {
  endProblem,
  fillsArgument,
  hasNoArgument,
  operationOf,
  type SteppedEvent,
} from "./event-operation.ts";
import { makeHistory, type StepClock, type History, type Operation } from "./history.ts";
import type { HistoryError } from "./history-error.ts";
import {
  INDEPENDENT_HINT,
  keyedProblem,
  keyedValue,
  looksIndependent,
  pairsRead,
} from "./independent.ts";
import type { JepsenEvent } from "./jepsen-event.ts";
import { isNemesis, NemesisMarks } from "./nemesis.ts";
import { readingOf, type ReadingOptions } from "./reading.ts";

/** Events between two pauses. */
const EVENTS_PER_TURN = 1024;

/**
 * Makes operations from the events of a Jepsen history.
 *
 * The position of an event in the history is its time: Jepsen guarantees that order, and no clock is finer. The times of
 * the file, if every event has one and they never run backwards, become the clock of the history, for people.
 */
export class EventBuilder<Place extends { readonly line: number }> {
  readonly #options: ReadingOptions;
  readonly #errorAt: (place: Place, message: string) => HistoryError;
  readonly #events: PlacedEvent<Place>[] = [];
  readonly #operations: Operation[] = [];
  readonly #running = new Map<string, SteppedEvent>();
  readonly #crashed = new Set<string>();
  readonly #nemesis = new NemesisMarks();
  /** Calls that ended `:info`. */
  readonly #crashes: SteppedEvent[] = [];
  /** The functions with an argument that only an `:ok` gave. */
  readonly #filled = new Set<string>();

  /** @param errorAt makes the error for a rule that the event of a place breaks. */
  constructor(options: ReadingOptions, errorAt: (place: Place, message: string) => HistoryError) {
    this.#options = { ...options, failedCas: options.failedCas ?? "no-effect" };
    this.#errorAt = errorAt;
  }

  /** Adds the next event. */
  add(event: JepsenEvent, place: Place): void {
    this.#events.push({ event, place });
  }

  /** Makes the history of all events. @throws HistoryError when they break a rule of histories. */
  *building(): Work<History> {
    const events = inOrder(this.#events);
    if ("problem" in events) throw this.#errorAt(events.place, events.problem);
    for (const [step, { event, place }] of events.entries()) {
      if (step % EVENTS_PER_TURN === 0) yield;
      const problem = this.#take({ event, step, line: place.line });
      if (problem !== undefined) throw this.#errorAt(place, problem);
    }
    for (const call of [...this.#crashes, ...this.#running.values()]) {
      const isUnfilled = this.#filled.has(call.event.f) && hasNoArgument(call.event, this.#options);
      this.#operations.push(operationOf(call, undefined, this.#options, isUnfilled));
    }
    const alike =
      this.#options.independent === undefined ? looksIndependent(this.#operations) : undefined;
    const place = alike === undefined ? undefined : events[alike.call]?.place;
    if (place !== undefined) throw this.#errorAt(place, INDEPENDENT_HINT);
    const clock = clockOf(events);
    const reading = readingOf(pairsRead(this.#options, this.#operations));
    return makeHistory(this.#operations, {
      marks: this.#nemesis.marks(),
      ...(clock === undefined ? {} : { clock }),
      ...(reading === undefined ? {} : { reading }),
    });
  }

  /** Takes the next event. @returns the rule that it breaks; undefined if none. */
  #take(taken: SteppedEvent): string | undefined {
    const { event, step } = taken;
    if (isNemesis(event.process)) {
      this.#nemesis.add(event, step);
      return undefined;
    }
    return event.type === "invoke" ? this.#call(taken) : this.#end(taken);
  }

  #call(called: SteppedEvent): string | undefined {
    const { event } = called;
    const { process } = event;
    if (this.#running.has(process))
      return `process ${process} starts an operation before its last one has ended`;
    if (this.#crashed.has(process))
      return `process ${process} starts an operation after one that ended :info and may still run: Jepsen gives its client a new number`;
    if (this.#options.independent === true) {
      if (event.key !== undefined) return "with independent keys an event has no :key";
      if (keyedValue(event.value) === undefined) return keyedProblem(event.value);
    }
    this.#running.set(process, called);
    return undefined;
  }

  #end(ended: SteppedEvent): string | undefined {
    const { event } = ended;
    const { process } = event;
    const call = this.#running.get(process);
    if (call === undefined) return `process ${process} ends an operation that it never started`;
    const problem = endProblem(call.event, event, this.#options);
    if (problem !== undefined) return problem;
    this.#running.delete(process);
    if (event.type === "info") this.#crashed.add(process);
    if (fillsArgument(call.event, event, this.#options)) this.#filled.add(event.f);
    if (event.type === "info") this.#crashes.push(call);
    else this.#operations.push(operationOf(call, ended, this.#options));
    return undefined;
  }
}

/** The times of the steps; undefined when an event has none, or they run backwards. */
function clockOf(events: readonly PlacedEvent<unknown>[]): StepClock | undefined {
  const times: number[] = [];
  for (const { event } of events) {
    if (event.time === undefined || event.time < (times.at(-1) ?? -Infinity)) return undefined;
    times.push(event.time);
  }
  return { unit: "ns", times };
}
