import { extname, resolve } from "node:path";
import { runToken } from "../replay/run-token.ts";
import type { Plan } from "../run/plan.ts";
import type { RunResult } from "../run/result.ts";
import { planOfParts } from "../scenario/own-plan.ts";
import type { ScenarioParts } from "../scenario/parts.ts";
import { simulate, type SimulateOptions } from "../simulation/simulate.ts";
import { runOnWorkers } from "../workers/run-on-workers.ts";
import { wantedCoverage } from "./wanted.ts";
import type { JobSpec } from "./job-protocol.ts";
import type { Runnable } from "./perform-task.ts";

/** How a scenario is run by what a job is to use. `source` is the path or name by which it was loaded. */
export function runnableOf(
  source: string,
  parts: ScenarioParts,
  { engine }: Pick<JobSpec, "engine">,
): Runnable {
  const planOf = (seed: number): Plan => planOfParts(parts, seed);
  if (engine === "workers") {
    const wanted = Object.keys(parts.scenario.expect.atLeast);
    return { wanted, planOf, run: (plan) => runOnWorkers(plan, parts), tokenOf: () => undefined };
  }
  const module = modulePath(source);
  return {
    wanted: wantedCoverage(parts.scenario),
    planOf,
    run: (plan) => simulate(plan, simulateOptions(parts)),
    tokenOf: (plan, { violations, hash }: RunResult) =>
      runToken(plan, { check: violations[0]?.check ?? "", hash, module }, (_scenario, seed) =>
        planOf(seed),
      ),
  };
}

/** What a simulation needs of a scenario's module. */
export function simulateOptions({ machine, specification }: ScenarioParts): SimulateOptions {
  return machine === undefined ? {} : { machine, specification };
}

/** Where functions are that no token can hold; undefined for a scenario that is data. */
function modulePath(source: string): string | undefined {
  return /^\.m?[jt]s$/.test(extname(source)) ? resolve(source) : undefined;
}
