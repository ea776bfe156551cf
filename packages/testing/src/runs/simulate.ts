import { checkArgument, checkOptions } from "@kontiki/actors/node";
import { givenPlan } from "../plan/given-plan.ts";
import type { Plan } from "../plan/plan.ts";
import type { RunResult } from "../run/result.ts";
import { finish, type Work } from "../slices.ts";
import { SIMULATE_OPTIONS, Simulation, type SimulateOptions } from "./simulation.ts";

/** A few milliseconds of work. */
const SLICE_STEPS = 256;

/**
 * Runs a plan in virtual time: one thread, no I/O, the same outcome each time.
 *
 * Operations and faults go on for `durationMs`. Then all faults end, every node that is down starts, and the cluster has
 * `settleMs` to elect a leader, to answer everything and to agree.
 *
 * @throws KontikiError when `machine` does not make a new machine at each call.
 */
export function simulate(plan: Plan, options: SimulateOptions = {}): RunResult {
  return finish(checkedRun("simulate", plan, options));
}

/** Like {@link simulate}, as work that yields the run every few hundred events. */
export function simulateInSlices(
  plan: Plan,
  options: SimulateOptions = {},
): Work<RunResult, Simulation> {
  return checkedRun("simulateInSlices", plan, options);
}

/** The run of a plan, checked for the function `where`. */
function checkedRun(
  where: string,
  plan: Plan,
  options: SimulateOptions,
): Work<RunResult, Simulation> {
  checkArgument(where, "plan", givenPlan, plan);
  checkOptions(where, SIMULATE_OPTIONS, options);
  return runIn(plan, options);
}

function* runIn(plan: Plan, options: SimulateOptions): Work<RunResult, Simulation> {
  const simulation = new Simulation(plan, options);
  for (let steps = 1; simulation.step(); steps += 1)
    if (steps % SLICE_STEPS === 0) yield simulation;
  return simulation.result();
}
