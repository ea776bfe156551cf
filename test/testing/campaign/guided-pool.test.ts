import { GuidedPool } from "../../../packages/testing/src/campaign/guided-pool.ts";
import { Guide, type KeptPlan } from "../../../packages/testing/src/campaign/guide.ts";
import {
  runCampaign,
  type Job,
  type PoolOptions,
  type RunReport,
  type Task,
} from "@kontiki/testing";
import { expect, test } from "vitest";
import { Chance } from "../../../packages/testing/src/chance.ts";
import { report } from "../support/reports.ts";

const options: PoolOptions = {
  scenarios: 2,
  seeds: { first: 1, count: 80, shard: undefined },
  untilFail: false,
};

/** What a run meets: more, the more its plan was changed. */
function outcome(task: Task): RunReport {
  const { seed, changes = [] } = task;
  const met = [`seed ${seed % 3}`, ...changes.map((number, at) => `depth ${at} ${number % 4}`)];
  return { ...report(task, { met }), task };
}

/** Jobs that end after a time that depends on the task, in any order. */
function startJob(tasks: Task[]): () => Job {
  return () => ({
    async run(task) {
      tasks.push(task);
      for (let turns = (task.seed * 7) % 5; turns >= 0; turns -= 1) await Promise.resolve();
      return outcome(task);
    },
    kill: async () => undefined,
  });
}

async function campaign(
  jobs: number,
  more: Partial<PoolOptions> = {},
  corpus: readonly KeptPlan[] = [],
) {
  const tasks: Task[] = [];
  const kept: KeptPlan[] = [];
  const guided = { corpus, onKept: (plan: KeptPlan) => kept.push(plan) };
  const wanted = { ...options, ...more, jobs, startJob: startJob(tasks), guided };
  const result = await runCampaign(wanted);
  return { tasks: tasks.toSorted((one, other) => one.number - other.number), kept, result };
}

test("a campaign has as many runs as without guidance, and the same with any number of jobs", async () => {
  const one = await campaign(1);
  expect(await campaign(5)).toEqual(one);
  expect(one.tasks).toHaveLength(160);
  expect(one.result).toMatchObject({ isComplete: true, tallies: [{}, {}] });
});

test("about half of the runs are new seeds, and the others change what was kept", async () => {
  const { tasks, kept } = await campaign(2);
  const fresh = tasks.slice(32).filter(({ changes }) => changes === undefined).length;
  expect(fresh / (tasks.length - 32)).toBeGreaterThan(0.35);
  expect(fresh / (tasks.length - 32)).toBeLessThan(0.65);
  expect(kept.some(({ changes }) => changes.length > 3)).toBe(true);
});

test("each changed plan goes back to one that was kept", async () => {
  const { tasks, kept } = await campaign(2);
  const isFrom = ({ scenario, seed, changes = [] }: Task): boolean =>
    kept.some(
      (plan) =>
        plan.scenario === scenario &&
        plan.seed === seed &&
        [1, 2, 3].some((more) => String(changes.slice(0, -more)) === String(plan.changes)),
    );
  expect(tasks.filter((task) => task.changes !== undefined && !isFrom(task))).toEqual([]);
});

test("shards change different plans, and each only its own seeds", async () => {
  const shards = await Promise.all(
    [1, 2].map((index) => campaign(1, { seeds: { first: 1, count: 80, shard: { index, of: 2 } } })),
  );
  const seedsOf = (at: number) => new Set(shards[at]?.tasks.map(({ seed }) => seed));
  expect([...seedsOf(0)].filter((seed) => seedsOf(1).has(seed))).toEqual([]);
});

test("a corpus runs first, and what it met is not new any more", async () => {
  const first = await campaign(1);
  const again = await campaign(1, {}, first.kept);
  expect(again.tasks.slice(0, 5)).toMatchObject(first.kept.slice(0, 5));
  expect(again.kept.slice(0, first.kept.length)).toEqual(first.kept);
});

test("until the first violation", async () => {
  const guided = { corpus: [] };
  const run = async (task: Task): Promise<RunReport> =>
    task.number === 40 ? { ...outcome(task), verdict: "violated" } : outcome(task);
  const job = (): Job => ({ run, kill: async () => undefined });
  const { tallies } = await runCampaign({
    ...options,
    untilFail: true,
    jobs: 3,
    startJob: job,
    guided,
  });
  expect(tallies.reduce((sum, { runs }) => sum + runs, 0)).toBe(41);
});

test("a job waits for the end of a generation", async () => {
  const pool = new GuidedPool(options, { corpus: [] });
  const tasks: Task[] = [];
  for (let at = 0; at < 32; at += 1) tasks.push((await pool.next()) as Task);
  let next: Task | undefined;
  const waiting = pool.next().then((task) => (next = task));
  for (const task of tasks.slice(1)) pool.put(outcome(task));
  await Promise.resolve();
  expect(next).toBeUndefined();
  pool.put(outcome(tasks[0] as Task));
  await waiting;
  expect(next).toMatchObject({ number: 32 });
});

test("what few runs met is chosen more often", () => {
  const guide = new Guide();
  const learn = (seed: number, ...met: readonly string[]) =>
    guide.learn({ ...report({ seed }, { met }) });
  for (let seed = 0; seed < 50; seed += 1) learn(seed, "common");
  expect(learn(77, "common", "rare")).toEqual({ scenario: 0, seed: 77, changes: [] });
  expect(learn(78, "common")).toBeUndefined();
  const choose = guide.chooser();
  const chance = new Chance(1);
  const chosen = Array.from({ length: 100 }, () => choose?.(chance).seed);
  expect(chosen.filter((seed) => seed === 77).length).toBeGreaterThan(90);
});

test("a pair of rare situations is new although each was met before", () => {
  const guide = new Guide();
  const learn = (...met: readonly string[]) => guide.learn({ ...report({}, { met }) });
  expect(
    [learn("a"), learn("b"), learn("a", "b"), learn("a", "b")].map((kept) => kept !== undefined),
  ).toEqual([true, true, true, false]);
});
