import {
  callable,
  checkOptions,
  fields,
  listOf,
  needed,
  signal,
  whole,
  type Schema,
} from "@kontiki/actors/node";
import { GuidedPool, type Guided } from "./guided-pool.ts";
import type { KeptPlan } from "./guide.ts";
import type { CampaignProgress } from "./report-counter.ts";
import { SEEDS } from "./seeds.ts";
import { POOL_OPTIONS, TaskPool, type PoolOptions } from "./task-pool.ts";
import type { Tally } from "./tally.ts";
import type { RunReport, Task } from "./task.ts";

/** Runs one task at a time. Several jobs run in parallel. */
export interface Job {
  /** @throws ScenarioError when the scenario is wrong, Error when the job itself failed, which says nothing about the task. */
  run(task: Task): Promise<RunReport>;
  /** Ends the job at once. A run in progress gets no answer. */
  kill(): Promise<void>;
}

/** Options of a campaign. */
export type CampaignOptions = PoolOptions & {
  /** How many jobs run in parallel, 1 to 1,024. */
  readonly jobs: number;
  /** Starts a job. */
  readonly startJob: () => Job;
  /** Keeps plans that met something new, and spends most runs on changes of them. Default: each run has its own seed. */
  readonly guided?: Guided | undefined;
  /** Ends the campaign. Runs in progress do not count. */
  readonly signal?: AbortSignal;
  /** Called after each run. */
  readonly onProgress?: (progress: CampaignProgress) => void;
  /** Called with the report of each run, in the order in which they end. */
  readonly onReport?: ((report: RunReport) => void) | undefined;
};

const JOBS_MAX = 1024;

const KEPT = fields<KeptPlan>({
  scenario: needed(whole(0)),
  seed: needed(whole(0, SEEDS - 1)),
  changes: needed(listOf(whole(0, SEEDS - 1), "a list of the numbers of changes")),
});

type Pool = Pick<TaskPool & GuidedPool, "progress" | "tallies" | "isDecided" | "put" | "giveUp"> & {
  /** The next task, as soon as there is one; undefined when there is none. */
  next(): Promise<Task | undefined>;
};

const CAMPAIGN_OPTIONS: Schema<CampaignOptions> = {
  ...POOL_OPTIONS,
  jobs: needed(whole(1, JOBS_MAX)),
  startJob: needed(callable(" that starts a job")),
  guided: fields<Guided>({
    corpus: needed(listOf(KEPT, "a list of plans")),
    onKept: callable(" that gets a plan"),
  }),
  signal,
  onProgress: callable(" that gets the progress"),
  onReport: callable(" that gets a report"),
};

/** The result of a campaign. */
export type CampaignResult = {
  /** One tally per scenario, in the given order. */
  readonly tallies: readonly Tally[];
  /** Whether every task ran: neither `signal` nor a broken job ended the campaign early. */
  readonly isComplete: boolean;
  /** Why a job failed, or what is wrong with a scenario; undefined when nothing is. */
  readonly broken: string | undefined;
  /** Whether `broken` is about a scenario, and not about a job. */
  readonly isScenarioWrong: boolean;
};

/**
 * Runs tasks on several jobs in parallel until none is left, until the first violation (if so configured), until `signal`
 * aborts, or until a job fails. All jobs have ended when it resolves.
 */
export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  checkOptions("runCampaign", CAMPAIGN_OPTIONS, options, "options");
  const { scenarios, order, seeds, untilFail, untilDoubt } = options;
  const wanted = { scenarios, order, seeds, untilFail, untilDoubt };
  const pool =
    options.guided === undefined ? new TaskPool(wanted) : new GuidedPool(wanted, options.guided);
  const jobs = Array.from({ length: options.jobs }, () => options.startJob());
  const broken = await ending(jobs, pool, options);
  const isComplete = broken === undefined && pool.isDecided;
  await Promise.all(jobs.map((job) => job.kill()));
  pool.giveUp();
  // By its name: a program may have this package twice.
  const isScenarioWrong = broken?.name === "ScenarioError";
  return { tallies: pool.tallies, isComplete, broken: broken?.message, isScenarioWrong };
}

/** Resolves when no task is left; to the error when a job failed. */
function ending(
  jobs: readonly Job[],
  pool: Pool,
  options: CampaignOptions,
): Promise<Error | undefined> {
  const { signal } = options;
  return new Promise((resolve) => {
    const end = (): void => resolve(undefined);
    if (signal?.aborted === true) end();
    signal?.addEventListener("abort", end, { once: true });
    Promise.all(jobs.map((job) => workOff(job, pool, options, end))).then(end, (error: unknown) =>
      resolve(error instanceof Error ? error : new Error(String(error))),
    );
  });
}

/** Gives a job one task after another. `onDecided`: the tasks that other jobs still run cannot count any more. */
async function workOff(
  job: Job,
  pool: Pool,
  { signal, onProgress, onReport }: CampaignOptions,
  onDecided: () => void,
): Promise<void> {
  for (let task = await pool.next(); task !== undefined; task = await pool.next()) {
    const report = await job.run(task);
    if (signal?.aborted === true) return;
    onReport?.(report);
    pool.put(report);
    onProgress?.(pool.progress);
    if (pool.isDecided) onDecided();
  }
}
