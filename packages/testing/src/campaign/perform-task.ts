import type { Plan } from "../plan/plan.ts";
import type { RunResult } from "../run/result.ts";
import type { RunReport, Task } from "./task.ts";

/** A scenario that can be run. */
export type Runnable = {
  /** Names of the coverage that its runs should meet: reported as 0 by those that do not. */
  readonly wanted: readonly string[];
  /** Draws what a seed decides. */
  readonly planOf: (seed: number) => Plan;
  /** Runs it. */
  readonly run: (plan: Plan) => RunResult | Promise<RunResult>;
  /** What gives a violated run again; undefined where nothing does. */
  readonly tokenOf: (plan: Plan, result: RunResult) => string | undefined;
  /** A page that shows a violated run; none where it is left out. */
  readonly pageOf?: (plan: Plan, result: RunResult) => string;
};

/**
 * Runs one task. `now` in ms, from any moment on.
 *
 * @throws Error when there is no such scenario, or the run itself throws: a fault of the tool and no finding.
 */
export async function performTask(
  task: Task,
  scenarios: readonly Runnable[],
  now: () => number,
): Promise<RunReport> {
  const scenario = scenarios[task.scenario];
  if (scenario === undefined) throw new Error(`there is no scenario number ${task.scenario}`);
  const began = now();
  const plan = scenario.planOf(task.seed);
  const result = await scenario.run(plan);
  const elapsedMs = now() - began;
  const { history: _history, ...rest } = result;
  const never = Object.fromEntries(scenario.wanted.map((name) => [name, 0]));
  const coverage = { ...never, ...result.coverage };
  const isViolated = result.verdict === "violated";
  const token = isViolated ? scenario.tokenOf(plan, result) : undefined;
  const page = isViolated ? scenario.pageOf?.(plan, result) : undefined;
  return { ...rest, coverage, task, elapsedMs, token, page };
}
