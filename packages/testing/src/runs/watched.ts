import type { Observer } from "../engine/observer.ts";
import { makeHistory } from "../history/history.ts";
import type { Plan } from "../plan/plan.ts";
import type { RunResult } from "../run/result.ts";
import { HangError, watchdog } from "../watchdog.ts";
import { simulate } from "./simulate.ts";
import type { Simulation, SimulateOptions } from "./simulation.ts";

/** Remembers a run, to tell where it was when it was ended from outside. */
export class Watched {
  #simulation: Simulation | undefined;

  /** Pass this as one of the `observers` of the simulation. */
  readonly watch = (simulation: Simulation): Observer => {
    this.#simulation = simulation;
    return { onStep: () => undefined, onHappening: () => undefined };
  };

  /** What has not returned: a call of a state machine, such as `n2 in apply of {"type":"spin"}`, or other code of the user. */
  get hang(): string {
    return this.#simulation?.callInProgress ?? "the code of the test, or a check of the run,";
  }

  /** The result of a run that was ended. Its nodes and history are not in a state that could be judged. */
  result(check: string, text: string): RunResult {
    const at = this.#simulation?.now ?? 0;
    return {
      verdict: "violated",
      violations: [{ check, text, at }],
      doubts: [],
      hash: "",
      events: this.#simulation?.events ?? 0,
      virtualMs: at,
      coverage: {},
      history: makeHistory([]),
    };
  }
}

/** How long a run of a campaign may take in real time, in ms: so much longer than any run that only a loop comes to it. */
const RUN_MS = 600_000;

/** Runs a plan like {@link simulate}. A run that does not end is a violation that names what has not returned. */
export function simulateWatched(
  plan: Plan,
  options: SimulateOptions,
  limitMs: number = RUN_MS,
): RunResult {
  const watched = new Watched();
  const observers = [...(options.observers ?? []), watched.watch];
  try {
    return watchdog(() => limitMs)(() => simulate(plan, { ...options, observers }));
  } catch (error) {
    if (!(error instanceof HangError)) throw error;
    const text = `${watched.hang} has not returned after ${limitMs} ms of real time, as if in an endless loop`;
    return watched.result("endless loop", text);
  }
}
