import type { Engine, RunReport, Task } from "./task.ts";

/** What a job's thread is started with. */
export type JobSpec = {
  /** What runs the scenarios. */
  readonly engine: Engine;
  /** Paths and names, as `loadScenario` takes them: a module's functions cannot be sent to a thread. */
  readonly scenarios: readonly string[];
  /** Whether reports of violated runs bring a page. */
  readonly pages: boolean;
};

/** What a thread answers a {@link Task} with. */
export type JobAnswer =
  | { readonly type: "done"; readonly report: RunReport }
  /** The tool failed, not what it tries. */
  | { readonly type: "failed"; readonly reason: string };

/** What a thread is sent. */
export type JobOrder = Task;
