import type { Mark } from "./history.ts";
import type { JepsenEvent } from "./jepsen-event.ts";

/** A fault from one step to another. */
type Fault = { readonly from: number; readonly name: string; to?: number };

const BEGINS = /^start-?/;
const ENDS = /^(?:stop|heal|recover|resume|restart)-?/;

/** The name of Jepsen's nemesis: in a log, and as a keyword, symbol or string of EDN. */
const NEMESIS: readonly string[] = ["nemesis", ":nemesis", "'nemesis", '"nemesis"'];

/** Whether a process is Jepsen's nemesis. Every other process is a client, also one such as `:db-nemesis-reader`. */
export function isNemesis(process: string): boolean {
  return NEMESIS.includes(process);
}

/**
 * Makes marks from the events of Jepsen's nemesis, which injects the faults.
 *
 * The nemesis logs everything twice, before and after, and has no fixed vocabulary. `start...` begins a fault.
 * `stop...`, `heal...` and similar names end the fault of that name, or all faults if they name none. Any other name is
 * one event, from its first occurrence to its second.
 */
export class NemesisMarks {
  readonly #faults: Fault[] = [];
  #moment: Fault | undefined;

  /** Adds the next event of the nemesis. */
  add(event: JepsenEvent, step: number): void {
    if (BEGINS.test(event.f)) this.#begin(event.f.replace(BEGINS, ""), step);
    else if (ENDS.test(event.f)) this.#end(event.f.replace(ENDS, ""), step);
    else this.#mention(event.f, step);
  }

  /** All faults. Their times are steps. */
  marks(): Mark[] {
    return this.#faults.map(({ from, name, to }) => {
      const mark = { type: "fault", text: name, from } as const;
      return to === undefined ? mark : { ...mark, to };
    });
  }

  #begin(name: string, from: number): void {
    const text = name === "" ? "fault" : name;
    if (this.#faults.some((fault) => fault.to === undefined && fault.name === text)) return;
    this.#faults.push({ from, name: text });
  }

  #end(name: string, to: number): void {
    for (const fault of this.#faults) {
      if (fault.to === undefined && (name === "" || fault.name === name)) fault.to = to;
    }
  }

  #mention(name: string, step: number): void {
    if (this.#moment?.name === name) {
      this.#moment.to = step;
      this.#moment = undefined;
    } else {
      this.#moment = { from: step, name, to: step };
      this.#faults.push(this.#moment);
    }
  }
}
