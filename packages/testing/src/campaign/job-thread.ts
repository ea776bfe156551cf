import type { Worker } from "node:worker_threads";
import { checkOptions } from "@kontiki/actors/node";
import { startWorker } from "@kontiki/actors/threads";
import { ScenarioError } from "../scenario/scenario-error.ts";
import type { Job } from "./campaign.ts";
import { JOB_SPEC, type JobAnswer, type JobOrder, type JobSpec } from "./job-protocol.ts";
import type { RunReport, Task } from "./task.ts";

/** Undefined in a bundle of CommonJS. */
const HERE: string | undefined = import.meta.url;

/** With its folder, so that a bundle never takes another `job-worker.js` for it. */
const FILE = HERE === undefined ? undefined : new URL("../campaign/job-worker.js", import.meta.url);

/**
 * Space for new objects, in MiB. Each time a third of it is full, the collector copies what is still in use. A run makes 40 MiB and
 * keeps little of it, so with the default of 48 there would be three times as many collections, each for about as much.
 */
const YOUNG_MIB = 144;

type Waiting = {
  readonly task: Task;
  readonly resolve: (report: RunReport) => void;
  readonly reject: (error: Error) => void;
};

/** A job in its own worker thread: it uses its own core, and a crash ends only this thread. */
export class JobThread implements Job {
  readonly #spec: JobSpec;
  readonly #worker: Worker;
  #waiting: Waiting | undefined;
  #cause: { readonly reason: string; readonly isScenario: boolean } | undefined;

  /** Starts the thread. Its first run reports what is wrong with `spec`. */
  constructor(spec: JobSpec) {
    checkOptions("JobThread", JOB_SPEC, spec, "spec");
    this.#spec = spec;
    this.#worker = startWorker(FILE, {
      workerData: spec,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
    });
    this.#worker.on("message", (answer: JobAnswer) => this.#onAnswer(answer));
    this.#worker.on("messageerror", (error) => this.#onEnd(error.message));
    this.#worker.on("error", (error) => this.#onEnd(messageOf(error)));
    this.#worker.on("exit", (code) => this.#onEnd(`its thread ended with exit code ${code}`));
  }

  run(task: Task): Promise<RunReport> {
    return new Promise((resolve, reject) => {
      this.#waiting = { task, resolve, reject };
      if (this.#cause !== undefined) this.#onEnd(this.#cause.reason);
      else this.#worker.postMessage(task satisfies JobOrder);
    });
  }

  async kill(): Promise<void> {
    this.#waiting = undefined;
    await this.#worker.terminate();
  }

  #onAnswer(answer: JobAnswer): void {
    if (answer.type === "failed") {
      this.#onEnd(answer.reason, answer.isScenario);
      return;
    }
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve(answer.report);
  }

  /** Keeps the first cause: the exit of a thread follows its error. */
  #onEnd(reason: string, isScenario = false): void {
    this.#cause ??= { reason, isScenario };
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) return;
    const { scenario, seed } = waiting.task;
    const at = `${this.#spec.scenarios[scenario] ?? ""}, seed ${seed}`;
    const { reason: text, isScenario: isWrong } = this.#cause;
    waiting.reject(
      isWrong
        ? new ScenarioError(at, [{ path: [], on: "value", text, place: undefined }])
        : new Error(`a job broke at ${at}: ${text}`),
    );
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
