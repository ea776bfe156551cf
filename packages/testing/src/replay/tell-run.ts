import type { Plan } from "../plan/plan.ts";
import type { RunResult } from "../run/result.ts";
import type { StoryLine } from "../run/story.ts";
import { simulateInSlices, type Simulation, type SimulateOptions } from "../runs/simulate.ts";
import { finish, type Work } from "../slices.ts";
import { Telling } from "./telling.ts";

/** A run and its story. */
export type ToldRun = {
  /** What came of it. */
  readonly result: RunResult;
  /** What happened, what is wrong with it last. */
  readonly story: readonly StoryLine[];
};

/** Runs a plan in virtual time, as `simulate` does, and takes down what happens. */
export function tellRun(plan: Plan, options: SimulateOptions = {}): ToldRun {
  return finish(tellRunInSlices(plan, options));
}

/** As {@link tellRun}, as work that shows the run every few hundred events. */
export function* tellRunInSlices(
  plan: Plan,
  options: SimulateOptions = {},
): Work<ToldRun, Simulation> {
  const telling = new Telling();
  const observers = [...(options.observers ?? []), telling.observer];
  const result = yield* simulateInSlices(plan, { ...options, observers });
  return { result, story: telling.story(result.violations) };
}
