import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import type { HuntName, Outcome } from "./hunt.ts";
import { prowl } from "./prowl.ts";

/** How long beyond the deadline one run may go on, in ms. */
const GRACE_MS = 15_000;

type Task = { readonly deadlineMs: number; readonly first: readonly HuntName[] };

// A process of its own for each mutant: the program that it loads is a broken one. It hunts in a thread, as a run of it may
// not even end. Time is that of the processor, so that what else the machine does counts for nothing.
if (isMainThread) watch(taskOf(process.argv.slice(2)));
else {
  const { first, deadlineMs } = workerData as Task;
  parentPort?.postMessage(prowl(first, deadlineMs, cpuMs));
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

/** No run of the original takes so long: what does not come to an end is caught. */
function neverEnds([hunt = "churn"]: readonly HuntName[]): Omit<Outcome, "ms"> {
  const text = "a run did not end in time";
  const caught = { hunt, engine: "simulation", check: "comes to an end", text } as const;
  return { seeds: 0, states: 0, caught };
}
