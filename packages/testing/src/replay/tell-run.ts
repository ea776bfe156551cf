import { checkArgument, checkOptions } from "@kontiki/actors/node";
import { givenPlan } from "../plan/given-plan.ts";
import type { Plan } from "../plan/plan.ts";
import type { RunResult } from "../run/result.ts";
import type { MetSituation, StoryLine, StorySlice } from "../run/story.ts";
import { simulateInSlices } from "../runs/simulate.ts";
import { SIMULATE_OPTIONS, type Simulation, type SimulateOptions } from "../runs/simulation.ts";
import { finish, type Work } from "../slices.ts";
import { SimulationStory } from "./simulation-story.ts";

/** A run and its story. */
export type ToldRun = {
  /** The result. */
  readonly result: RunResult;
  /** The story; violations come last. */
  readonly story: readonly StoryLine[];
  /** The lines of the story that the violated claim depends on. */
  readonly slice: StorySlice;
  /** The situations that the run met, in the order in which it met them. */
  readonly sometimes: readonly MetSituation[];
};

/** Runs a plan in virtual time, like `simulate`, and records its story. */
export function tellRun(plan: Plan, options: SimulateOptions = {}): ToldRun {
  return finish(checkedTelling("tellRun", plan, options));
}

/** Like {@link tellRun}, as work that yields the simulation every few hundred events. */
export function tellRunInSlices(
  plan: Plan,
  options: SimulateOptions = {},
): Work<ToldRun, Simulation> {
  return checkedTelling("tellRunInSlices", plan, options);
}

function checkedTelling(
  where: string,
  plan: Plan,
  options: SimulateOptions,
): Work<ToldRun, Simulation> {
  checkArgument(where, "plan", givenPlan, plan);
  checkOptions(where, SIMULATE_OPTIONS, options);
  return telling(plan, options);
}

function* telling(plan: Plan, options: SimulateOptions): Work<ToldRun, Simulation> {
  const recording = new SimulationStory();
  const observers = [...(options.observers ?? []), recording.observer];
  const result = yield* simulateInSlices(plan, { ...options, observers });
  const { violations } = result;
  return {
    result,
    story: recording.lines(violations),
    slice: recording.slice(violations),
    sometimes: recording.sometimes,
  };
}
