import type { Plan } from "../run/plan.ts";
import type { RunResult } from "../run/result.ts";
import type { StoryLine } from "../run/story.ts";
import { simulate, type SimulateOptions } from "../simulation/simulate.ts";
import { Teller } from "./teller.ts";

/** A run and its story. */
export type ToldRun = {
  readonly result: RunResult;
  readonly story: readonly StoryLine[];
};

/** Runs a plan in virtual time, as `simulate` does, and takes down what happens. */
export function tellRun(plan: Plan, options: SimulateOptions = {}): ToldRun {
  const tellers: Teller[] = [];
  const observers = [
    ...(options.observers ?? []),
    (simulation: { readonly now: number }) => {
      const teller = new Teller(() => simulation.now);
      tellers.push(teller);
      return teller;
    },
  ];
  const result = simulate(plan, { ...options, observers });
  return { result, story: tellers.flatMap((teller) => teller.story(result.violations)) };
}
