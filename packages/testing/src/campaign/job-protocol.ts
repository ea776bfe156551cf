import { flag, listOf, needed, oneOf, path, type Schema } from "@kontiki/actors/node";
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
};

export const JOB_SPEC: Schema<JobSpec> = {
  engine: needed(oneOf(...ENGINES)),
  scenarios: needed(listOf(path("a path or a name"), "a list of paths and names")),
  pages: needed(flag),
  keeps: flag,
};

/** A thread's answer to a {@link Task}. */
export type JobAnswer =
  | { readonly type: "done"; readonly report: RunReport }
  /** The tool failed, not the code under test. */
  | { readonly type: "failed"; readonly reason: string };

/** A message to a thread. */
export type JobOrder = Task;
