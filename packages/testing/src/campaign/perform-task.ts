import { callable, checkArgument, checkOptions } from "@kontiki/actors/node";
import type { Observer } from "../engine/observer.ts";
import { changedPlan } from "../plan/change-plan.ts";
import type { Plan } from "../plan/plan.ts";
import type { RunResult } from "../run/result.ts";
import { SometimesWatch } from "../sometimes/sometimes-watch.ts";
import { KEPT_RUNS_MAX, TASK, type KeptRun, type RunReport, type Task } from "./task.ts";

/** A scenario that can be run. */
export type Runnable = {
  /** Names of coverage counts that its runs should reach: reported as 0 by runs that do not. */
  readonly wanted: readonly string[];
  /** Counts that some runs of a campaign must reach, with their least values. */
  readonly expected: Readonly<Record<string, number>>;
  /** Draws the plan of a seed. */
  readonly planOf: (seed: number) => Plan;
  /** Runs a plan, and shows all of it to an observer if the engine can. */
  readonly run: (plan: Plan, observer: Observer) => RunResult | Promise<RunResult>;
  /** The token that reproduces a violated run; undefined when there is none. */
  readonly tokenOf: (plan: Plan, result: RunResult) => string | undefined;
  /** Makes the page of a violated run; without it there are no pages. */
  readonly pageOf?: (plan: Plan, result: RunResult) => string;
  /** Makes what runs and keeps a run; without it nothing is kept. */
  readonly keeper?: () => RunKeeper;
};

/** Runs one plan, and records more of it than its result. */
export type RunKeeper = Pick<Runnable, "run"> & {
  /** What is kept of the run. */
  readonly kept: (plan: Plan, result: RunResult) => KeptRun;
};

/**
 * Runs one task. `now` gives ms since any fixed moment.
 *
 * @throws Error for an unknown scenario, and when the run itself throws: an error of the tool, not a finding.
 */
export async function performTask(
  task: Task,
  scenarios: readonly Runnable[],
  now: () => number,
): Promise<RunReport> {
  checkOptions("performTask", TASK, task, "task");
  checkArgument("performTask", "now", callable(" that returns the time in ms"), now);
  const scenario = scenarios[task.scenario];
  if (scenario === undefined) throw new Error(`there is no scenario number ${task.scenario}`);
  const began = now();
  const plan = changedPlan(scenario.planOf(task.seed), task.changes ?? [], scenario.planOf);
  const sometimes = new SometimesWatch();
  const keeper = task.number < KEPT_RUNS_MAX ? scenario.keeper?.() : undefined;
  const result = await (keeper ?? scenario).run(plan, sometimes);
  const elapsedMs = now() - began;
  const { history: _history, recoveries: _recoveries, messages: _messages, ...rest } = result;
  const never = Object.fromEntries(scenario.wanted.map((name) => [name, 0]));
  const coverage = { ...never, ...result.coverage };
  const expected = Object.fromEntries(
    Object.entries(scenario.expected).map(([name, least]) => [
      name,
      (result.coverage[name] ?? 0) >= least,
    ]),
  );
  const isViolated = result.verdict === "violated";
  const token = isViolated ? scenario.tokenOf(plan, result) : undefined;
  const page = isViolated ? scenario.pageOf?.(plan, result) : undefined;
  const kept = keeper?.kept(plan, result);
  const report = { ...rest, coverage, expected, met: sometimes.met, task, elapsedMs, token, page };
  return kept === undefined ? report : { ...report, kept };
}
