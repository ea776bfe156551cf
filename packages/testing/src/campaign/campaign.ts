import { TaskPool, type CampaignProgress, type PoolOptions } from "./task-pool.ts";
import type { Tally } from "./tally.ts";
import type { RunReport, Task } from "./task.ts";

/** Somebody who runs one task after the other, beside others. */
export interface Job {
  /** @throws Error when the job itself failed: that says nothing of the task. */
  run(task: Task): Promise<RunReport>;
  /** Ends it at once, whatever it is at. A run under way is never answered. */
  kill(): Promise<void>;
}

/** How a campaign is led. */
export type CampaignOptions = PoolOptions & {
  /** How many jobs there are, 1 or more. */
  readonly jobs: number;
  /** Starts one of them. */
  readonly startJob: () => Job;
  /** Ends the campaign: runs under way do not count. */
  readonly signal?: AbortSignal;
  /** Told after each run. */
  readonly onProgress?: (progress: CampaignProgress) => void;
};

/** What came of a campaign. */
export type CampaignResult = {
  /** For each scenario, in the order in which they were given. */
  readonly tallies: readonly Tally[];
  /** Whether all was run that was to be run: neither `signal` nor a broken job ended it. */
  readonly isComplete: boolean;
  /** Why a job broke; undefined when none did. */
  readonly broken: string | undefined;
};

/**
 * Runs tasks on several jobs at once until none is left, until the first violation if that is asked for, until `signal`
 * ends it, or until a job breaks. No job is left behind.
 */
export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const pool = new TaskPool(options);
  const jobs = Array.from({ length: options.jobs }, () => options.startJob());
  const broken = await ending(jobs, pool, options);
  const isComplete = broken === undefined && pool.isDecided;
  await Promise.all(jobs.map((job) => job.kill()));
  pool.giveUp();
  return { tallies: pool.tallies, isComplete, broken };
}

/** Resolves when nothing more is to come; to why, when a job broke. */
function ending(
  jobs: readonly Job[],
  pool: TaskPool,
  options: CampaignOptions,
): Promise<string | undefined> {
  const { signal } = options;
  return new Promise((resolve) => {
    const end = (): void => resolve(undefined);
    if (signal?.aborted === true) end();
    signal?.addEventListener("abort", end, { once: true });
    Promise.all(jobs.map((job) => workOff(job, pool, options, end))).then(end, (error: unknown) =>
      resolve(error instanceof Error ? error.message : String(error)),
    );
  });
}

/** Gives a job one task after the other. `onDecided`: whatever other jobs are still at cannot count any more. */
async function workOff(
  job: Job,
  pool: TaskPool,
  { signal, onProgress }: CampaignOptions,
  onDecided: () => void,
): Promise<void> {
  for (let task = pool.take(); task !== undefined; task = pool.take()) {
    const report = await job.run(task);
    if (signal?.aborted === true) return;
    pool.put(report);
    onProgress?.(pool.progress);
    if (pool.isDecided) onDecided();
  }
}
