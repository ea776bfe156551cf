import type { Plan } from "../run/plan.ts";
import type { RunResult } from "../run/result.ts";
import type { StoryLine } from "../run/story.ts";
import { simulate, type SimulateOptions } from "../simulation/simulate.ts";
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
  const telling = new Telling();
  const observers = [...(options.observers ?? []), telling.observer];
  const result = simulate(plan, { ...options, observers });
  return { result, story: telling.story(result.violations) };
}
