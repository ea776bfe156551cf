import {
  runCampaign,
  type CampaignOptions,
  type CampaignProgress,
  type Job,
  type RunReport,
  type Task,
} from "@kontiki/testing";
import { describe, expect, test } from "vitest";
import { failedReport, report } from "../support/reports.ts";

/** Jobs whose runs end when the test decides. */
class FakeJobs {
  readonly killed: number[] = [];
  readonly #underWay = new Map<number, (outcome: RunReport | Error) => void>();
  readonly #watchers = new Set<() => void>();
  #count = 0;

  readonly start = (): Job => {
    const job = this.#count;
    this.#count += 1;
    return {
      run: (task: Task) =>
        new Promise((resolve, reject) => {
          this.#underWay.set(task.seed, (outcome) => {
            if (outcome instanceof Error) reject(outcome);
            else resolve(outcome);
          });
          for (const watch of this.#watchers) watch();
        }),
      kill: async () => void this.killed.push(job),
    };
  };

  /** Ends the run of a seed once it is in progress. */
  async end(seed: number, outcome: RunReport | Error): Promise<void> {
    await new Promise<void>((resolve) => {
      const watch = (): void => {
        if (!this.#underWay.has(seed)) return;
        this.#watchers.delete(watch);
        resolve();
      };
      this.#watchers.add(watch);
      watch();
    });
    this.#underWay.get(seed)?.(outcome);
    this.#underWay.delete(seed);
  }
}

const four = { first: 1, count: 4, shard: undefined };

function started(more: Partial<CampaignOptions> = {}): {
  readonly jobs: FakeJobs;
  readonly result: ReturnType<typeof runCampaign>;
} {
  const jobs = new FakeJobs();
  const options = { scenarios: 1, seeds: four, untilFail: false, jobs: 2, startJob: jobs.start };
  return { jobs, result: runCampaign({ ...options, ...more }) };
}

const of = (seed: number): Partial<Task> => ({ number: seed - 1, seed });

test("a job takes the next task when its task has ended, and all jobs are killed at the end", async () => {
  const reported: CampaignProgress[] = [];
  const { jobs, result } = started({ onProgress: (progress) => reported.push(progress) });
  for (const seed of [2, 3, 4, 1]) await jobs.end(seed, report(of(seed)));
  expect(await result).toMatchObject({
    tallies: [{ runs: 4, valid: 4 }],
    isComplete: true,
    broken: undefined,
  });
  expect(jobs.killed).toEqual([0, 1]);
  expect(reported.map(({ done }) => done)).toEqual([1, 2, 3, 4]);
});

test("with untilFail the first violation ends it, without waiting for later runs", async () => {
  const { jobs, result } = started({ untilFail: true });
  await jobs.end(1, failedReport(of(1), "liveness"));
  expect(await result).toMatchObject({ tallies: [{ runs: 1, violated: 1 }], isComplete: true });
  expect(jobs.killed).toEqual([0, 1]);
});

describe("reports so far count", () => {
  test("when the signal ends the campaign", async () => {
    const controller = new AbortController();
    const { jobs, result } = started({ signal: controller.signal });
    await jobs.end(2, failedReport(of(2), "liveness"));
    await jobs.end(3, report(of(3)));
    await jobs.end(4, report(of(4)));
    controller.abort();
    expect(await result).toMatchObject({
      tallies: [{ runs: 3, violated: 1 }],
      isComplete: false,
      broken: undefined,
    });
    expect(jobs.killed).toEqual([0, 1]);
  });

  test("when a job fails", async () => {
    const { jobs, result } = started();
    await jobs.end(2, report(of(2)));
    await jobs.end(1, new Error("out of memory"));
    expect(await result).toMatchObject({
      tallies: [{ runs: 1 }],
      isComplete: false,
      broken: "out of memory",
    });
    expect(jobs.killed).toEqual([0, 1]);
  });
});

test("a signal that is already aborted prevents all runs", async () => {
  const { result } = started({ signal: AbortSignal.abort() });
  expect(await result).toMatchObject({ tallies: [{ runs: 0 }], isComplete: false });
});
