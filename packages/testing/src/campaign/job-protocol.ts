import type { Engine, RunReport, Task } from "./task.ts";

/** The start data of a job's thread. */
export type JobSpec = {
  /** The engine that runs the scenarios. */
  readonly engine: Engine;
  /** Paths and names for `loadScenario`: the functions of a module cannot be sent to a thread. */
  readonly scenarios: readonly string[];
  /** Whether reports of violated runs include a page. */
  readonly pages: boolean;
};

/** A thread's answer to a {@link Task}. */
export type JobAnswer =
  | { readonly type: "done"; readonly report: RunReport }
  /** The tool failed, not the code under test. */
  | { readonly type: "failed"; readonly reason: string };

/** A message to a thread. */
export type JobOrder = Task;
