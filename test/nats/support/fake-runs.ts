import { TaskPool, type Job, type RunReport, type Tally, type Task } from "@kontiki/testing";
import type { CampaignSpec } from "../../../packages/nats/src/campaign/spec.ts";
import { failedReport, report } from "../../testing/support/reports.ts";

/** A campaign of two scenarios, the second twice with each seed. */
export const SPEC: CampaignSpec = {
  id: "id",
  name: "name",
  code: "code",
  scenarios: [
    { name: "one", source: "one" },
    { name: "two", source: "two" },
  ],
  order: [0, 1, 1],
  first: 4_294_967_290,
  count: 23,
  perRange: 4,
  untilFail: false,
  untilDoubt: false,
  guided: false,
  deliveries: 3,
  state: "running",
};

/** What a task gives, always the same: most runs are valid, some violate one check or two, and some show nothing. */
export function fakeReport(task: Task): RunReport {
  const { seed, scenario } = task;
  const more: Partial<RunReport> = {
    coverage: { [`began.${seed % 3}`]: seed % 5, elections: 1 },
    expected: { reached: seed % 4 === 0 },
    met: [`situation.${seed % 7}`, `situation.${scenario}`],
    virtualMs: seed % 100,
  };
  const base =
    seed % 11 === 3
      ? failedReport(task, "safety", ...(seed % 2 === 0 ? ["liveness"] : []))
      : seed % 6 === 5
        ? report(task, { verdict: "unknown", doubts: [`too few at ${seed}`] })
        : report(task);
  // A token is that of a plan, whatever its run's number.
  const token = base.verdict === "violated" ? `token-${scenario}-${seed}` : undefined;
  return { ...base, ...more, task, token };
}

/** What one machine counts that runs all seeds. */
export function alone(spec: CampaignSpec): readonly Tally[] {
  const { scenarios, order, first, count, untilFail, untilDoubt } = spec;
  const seeds = { first, count, shard: undefined };
  const pool = new TaskPool({ scenarios: scenarios.length, order, seeds, untilFail, untilDoubt });
  for (let task = pool.take(); task !== undefined; task = pool.take()) pool.put(fakeReport(task));
  return pool.tallies;
}

/** A job that gives {@link fakeReport} at once, or what `run` gives. */
export function fakeJob(run: (task: Task) => Promise<RunReport> | RunReport = fakeReport): Job {
  return { run: async (task) => run(task), kill: async () => undefined };
}
