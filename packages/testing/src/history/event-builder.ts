import { makeHistory, type Ending, type History, type Operation } from "./history.ts";
import type { JepsenEvent } from "./jepsen-event.ts";
import { NemesisMarks } from "./nemesis.ts";
import { isList, type Value } from "./value.ts";

type Pending = { readonly event: JepsenEvent; readonly step: number; ending?: Ended };
type Ended = { readonly event: JepsenEvent; readonly step: number };

/**
 * Makes operations from the events of a Jepsen history.
 *
 * It uses the times of the file if every event has one and they never run backwards. Otherwise it uses the position of
 * each event in the file: Jepsen guarantees that order.
 *
 * The meaning of `:fail` depends on the operation. A compare-and-set that fails without a reason did not match, and that
 * is an answer: it constrains the value. With a reason, and for every other operation, `:fail` means that the operation
 * had no effect.
 */
export class EventBuilder {
  readonly #calls: Pending[] = [];
  readonly #running = new Map<string, Pending>();
  readonly #nemesis = new NemesisMarks();
  #step = 0;
  #lastTime = -Infinity;
  #hasClock = true;

  /** Adds the next event. @returns what is wrong with it; undefined if nothing is. */
  add(event: JepsenEvent): string | undefined {
    const step = this.#step;
    this.#step += 1;
    if (event.time === undefined || event.time < this.#lastTime) this.#hasClock = false;
    else this.#lastTime = event.time;
    if (/nemesis/.test(event.process)) {
      this.#nemesis.add(event, step);
      return undefined;
    }
    return event.type === "invoke" ? this.#call(event, step) : this.#end(event, step);
  }

  /** The history of all events so far. */
  build(): History {
    const hasClock = this.#hasClock && this.#calls.length > 0;
    const timeOf = ({ event, step }: Ended): number => (hasClock ? (event.time ?? step) : step);
    const operations = this.#calls.map((call) => operationOf(call, timeOf));
    const marks = this.#nemesis.marks(timeOf);
    return makeHistory(operations, { marks, unit: hasClock ? "ns" : "step" });
  }

  #call(event: JepsenEvent, step: number): string | undefined {
    const { process } = event;
    if (this.#running.has(process)) {
      return `process ${process} starts an operation before its last one has ended`;
    }
    const call: Pending = { event, step };
    this.#calls.push(call);
    this.#running.set(process, call);
    return undefined;
  }

  #end(event: JepsenEvent, step: number): string | undefined {
    const { process, f } = event;
    const call = this.#running.get(process);
    if (call === undefined) return `process ${process} ends an operation that it never started`;
    if (call.event.f !== f)
      return `process ${process} ends :${f}, but it had started :${call.event.f}`;
    this.#running.delete(process);
    if (event.type !== "info") call.ending = { event, step };
    return undefined;
  }
}

function operationOf(call: Pending, timeOf: (ended: Ended) => number): Operation {
  const { process, f, key, value } = call.event;
  const input = key === undefined ? { f, value } : { f, key, value };
  return { process, call: timeOf(call), input, ...endingOf(call, timeOf) };
}

function endingOf({ ending }: Pending, timeOf: (ended: Ended) => number): Ending<Value> {
  if (ending === undefined) return { status: "open" };
  const { type, f, value, hasReason } = ending.event;
  const at = timeOf(ending);
  const isAnswer =
    f === "cas" && (type === "ok" || (!hasReason && (value === null || isList(value))));
  if (isAnswer) return { status: "ok", return: at, output: type === "ok" };
  return type === "ok"
    ? { status: "ok", return: at, output: value }
    : { status: "failed", return: at };
}
