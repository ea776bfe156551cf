import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { crashHunt } from "./crash-hunt.ts";
import type { Catch, HuntName, Outcome } from "./hunt.ts";
import { prowl } from "./prowl.ts";

/** How long a run may continue after the deadline, in ms. */
const GRACE_MS = 15_000;

type Task = { readonly deadlineMs: number; readonly first: readonly HuntName[] };

// Each mutant has its own process, because the process loads broken code. The hunt runs in a thread, because a run of a
// mutant may never end. It measures CPU time, so that the load of the machine does not matter.
if (isMainThread) watch(taskOf(process.argv.slice(2)));
else {
  const { first, deadlineMs } = workerData as Task;
  const started = cpuMs();
  let caught: Catch | undefined;
  for (const name of first) caught ??= await crashHunt(name);
  const outcome: Outcome =
    caught === undefined
      ? prowl(first, deadlineMs, cpuMs)
      : { caught, seeds: 0, states: 0, ms: Math.round(cpuMs() - started) };
  parentPort?.postMessage(outcome);
}

function taskOf([deadlineMs, ...first]: readonly string[]): Task {
  return { deadlineMs: Number(deadlineMs), first: first as HuntName[] };
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function watch(task: Task): void {
  const started = cpuMs();
  const worker = new Worker(new URL(import.meta.url), { workerData: task });
  const tell = (outcome: Outcome): void => {
    process.stdout.write(`${JSON.stringify(outcome)}\n`);
    clearInterval(timer);
    void worker.terminate();
  };
  const timer = setInterval(() => {
    const ms = Math.round(cpuMs() - started);
    if (ms > task.deadlineMs + GRACE_MS) tell({ ...neverEnds(task.first), ms });
  }, 200);
  worker.once("message", tell);
  worker.once("error", (error) => {
    throw error;
  });
}

/** No run of the original takes this long: a mutant whose run does not end is caught. */
function neverEnds([hunt = "churn"]: readonly HuntName[]): Omit<Outcome, "ms"> {
  const text = "a run did not end in time";
  const caught = { hunt, engine: "simulation", check: "comes to an end", text } as const;
  return { seeds: 0, states: 0, caught };
}
