import {
  fields,
  flag,
  listOf,
  needed,
  oneOf,
  path,
  rule,
  text,
  type Schema,
} from "@kontiki/actors/node";
import type { ClusterModule } from "../workers/cluster-under-test.ts";
import { ENGINES, type Engine, type RunReport, type Task } from "./task.ts";

/** The start data of a job's thread. */
export type JobSpec = {
  /** The engine that runs the scenarios. */
  readonly engine: Engine;
  /** Paths and names for `loadScenario`: the functions of a module cannot be sent to a thread. */
  readonly scenarios: readonly string[];
  /** Whether reports of violated runs include a page. */
  readonly pages: boolean;
  /** Whether the reports of the first runs include what is kept of them: see `KeptRun`. Default: false. */
  readonly keeps?: boolean;
  /** What starts the clusters of the engine `hosts`, which needs it. */
  readonly clusters?: ClusterModule;
};

export const JOB_SPEC: Schema<JobSpec> = {
  engine: needed(oneOf(...ENGINES)),
  scenarios: needed(listOf(path("a path or a name"), "a list of paths and names")),
  pages: needed(flag),
  keeps: flag,
  clusters: fields<ClusterModule>({
    module: needed(text("the URL of a module")),
    options: rule<unknown>("plain data", () => true),
  }),
};

/** A thread's answer to a {@link Task}. */
export type JobAnswer =
  | { readonly type: "done"; readonly report: RunReport }
  /** The scenario is wrong, or the tool failed: not the code under test. */
  | { readonly type: "failed"; readonly reason: string; readonly isScenario: boolean };

/** A message to a thread. */
export type JobOrder = Task;
