import { setImmediate } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { loadScenarioParts } from "../scenario/load.ts";
import { ScenarioError } from "../scenario/scenario-error.ts";
import type { JobAnswer, JobOrder, JobSpec } from "./job-protocol.ts";
import { performTask, type Runnable } from "./perform-task.ts";
import { openClusters } from "./open-clusters.ts";
import { runnableOf } from "./runnable.ts";

/** The program of a job's thread: it runs one task after another and answers each. */
const spec = workerData as JobSpec;

const loading: Promise<readonly Runnable[]> = loadRunnables();
// The first task reports what is wrong.
loading.catch(() => undefined);

parentPort?.on("message", (task: JobOrder) => {
  void answerTo(task).then((answer) => parentPort?.postMessage(answer));
});

async function loadRunnables(): Promise<readonly Runnable[]> {
  const start = await openClusters(spec);
  return Promise.all(
    spec.scenarios.map(async (source) =>
      runnableOf(source, await loadScenarioParts(source), spec, start),
    ),
  );
}

async function answerTo(task: JobOrder): Promise<JobAnswer> {
  try {
    const report = await performTask(task, await loading, () => performance.now());
    // A rejection that the user's code left unhandled ends the thread now: the run that caused it must not be valid.
    await setImmediate();
    return { type: "done", report };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { type: "failed", reason, isScenario: error instanceof ScenarioError };
  }
}
