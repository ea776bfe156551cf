import { KontikiError } from "@kontiki/actors";
import {
  runCampaign,
  mixtureOf,
  seedCount,
  type CampaignProgress,
  type CampaignResult,
  type ClusterModule,
  type Engine,
  type JobSpec,
  type KeptPlan,
  type SeedRange,
} from "@kontiki/testing";
import { availableParallelism } from "node:os";
import { verdictOf, type CampaignRun } from "../campaign/campaign-run.ts";
import { chooseSeeds, isRandom, type SeedOptions } from "../campaign/choose-seeds.ts";
import { ALL, loadScenarios, type NamedScenario } from "../campaign/load-scenarios.ts";
import { readCorpus, writeCorpus } from "../campaign/corpus.ts";
import { campaignProgressText } from "../campaign/progress.ts";
import { seedsText } from "../campaign/run-text.ts";
import { writeRun } from "../campaign/write-run.ts";
import type { Engines } from "../engines/engines.ts";
import { EXIT_OK, EXIT_TOOL, EXIT_USAGE, verdictStatus, type Host } from "../host/host.ts";
import { badInput, CheckFailure } from "../output/check-failure.ts";
import { colorsFor } from "../output/colors.ts";
import { judging } from "../output/judging.ts";
import { Notes } from "../output/notes.ts";
import { expectWritable, writePage } from "../output/pages.ts";
import { write } from "../output/write.ts";
import { bareTable } from "../render/table.ts";
import { ReportFolder } from "../reports/report-folder.ts";

export type RunOptions = SeedOptions & {
  readonly engine: Engine;
  /** With the engine hosts: the server of NATS. Default: one that is started. */
  readonly nats?: string;
  readonly jobs?: number;
  readonly html?: string;
  readonly report?: string;
  readonly guided?: true;
  readonly corpus?: string;
  readonly list?: true;
  readonly json?: true;
};

/** Runs these scenarios, or lists those that are shipped. Resolves to the exit status. */
export function runScenarios(
  sources: readonly string[],
  options: RunOptions,
  host: Host,
  engines: Engines,
): Promise<number> {
  const notes = new Notes(host, "kontiki: ");
  return judging(host, notes, () =>
    options.list === true
      ? list(options, host, engines)
      : runAll(sources, options, host, notes, engines),
  );
}

async function list(
  { json }: RunOptions,
  { stdout, env }: Host,
  engines: Engines,
): Promise<number> {
  const scenarios = await loadScenarios([ALL], engines);
  const shown = scenarios.map(({ name, about }) => ({ name, about }));
  const { dim } = colorsFor(stdout, env);
  const rows = shown.map(({ name, about }) => [name, about]);
  const text = json === true ? JSON.stringify(shown) : bareTable([], rows, ["left", "left"]);
  await write(stdout, `${json === true ? text : dim(text)}\n`);
  return EXIT_OK;
}

async function runAll(
  sources: readonly string[],
  options: RunOptions,
  host: Host,
  notes: Notes,
  engines: Engines,
): Promise<number> {
  const scenarios = await loadScenarios(sources.length === 0 ? [ALL] : sources, engines);
  const order =
    sources.length === 0 || sources.includes(ALL) ? mixtureOf(namesOf(scenarios)) : undefined;
  if (options.html !== undefined) await expectWritable(options.html);
  const reports = options.report === undefined ? undefined : new ReportFolder(options.report);
  await reports?.create();
  const isGuided = options.guided === true || options.corpus !== undefined;
  if (isGuided && options.engine !== "simulation")
    throw badInput(`--guided needs runs that repeat exactly: leave out --engine ${options.engine}`);
  if (options.nats !== undefined && options.engine !== "hosts")
    throw badInput("--nats is for --engine hosts");
  const seeds = chooseSeeds(options, engines.randomSeed);
  if (seedCount(seeds) === 0) throw badInput(`there is no seed to run in ${seedsText(seeds)}`);
  if (options.json !== true && isRandom(options)) notes.note(seedsText(seeds));
  const wanted = { scenarios, order, seeds };
  const { run, kept } = await withHosts(options, engines, (clusters) =>
    campaign({ ...wanted, clusters }, options, host, notes, engines, reports),
  );
  // First of all: a full disk does not take the result away.
  await writeRun(run, options.json === true, host);
  if (options.corpus !== undefined) await writeCorpus(options.corpus, namesOf(scenarios), kept);
  await reports?.written();
  if (options.html !== undefined) await writeFirst(options.html, run, notes);
  if (reports !== undefined) noteReports(reports, notes);
  if (run.result.broken !== undefined) {
    notes.problem(run.result.broken.replace(/\s*\n\s*/g, "; "));
    return run.result.isScenarioWrong ? EXIT_USAGE : EXIT_TOOL;
  }
  return verdictStatus(verdictOf(run));
}

async function writeFirst(path: string, { result }: CampaignRun, notes: Notes): Promise<void> {
  const page = result.tallies.flatMap(({ findings }) => findings).find(({ page }) => page)?.page;
  if (page === undefined) notes.note(`nothing was violated, so ${path} is not written`);
  else await writePage(path, page);
}

function noteReports({ result }: ReportFolder, notes: Notes): void {
  const { kept, left, page } = result;
  if (page !== undefined)
    notes.note(`${kept === 1 ? "the report is" : "the newest report is"} ${page}`);
  if (left > 0) notes.note(`only the first ${kept} of ${kept + left} runs were kept`);
}

/** Keeps the engine of several processes open while something is done with it. Other engines need nothing. */
async function withHosts<Result>(
  { engine, nats }: RunOptions,
  engines: Engines,
  act: (clusters: ClusterModule | undefined) => Promise<Result>,
): Promise<Result> {
  if (engine !== "hosts") return act(undefined);
  const hosts = await opened(() =>
    engines.openHosts(nats === undefined ? nats : { servers: nats }),
  );
  try {
    return await act(hosts.clusters);
  } finally {
    await hosts.close();
  }
}

/** A server that cannot be used is an error of the tool. */
async function opened<Engine>(open: () => Promise<Engine>): Promise<Engine> {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof KontikiError)) throw error;
    throw new CheckFailure(error.message, EXIT_TOOL);
  }
}

/** What a campaign runs. */
type Wanted = {
  /** What starts the clusters, of an engine that needs it. */
  readonly clusters: ClusterModule | undefined;
  readonly scenarios: readonly NamedScenario[];
  /** Undefined: each once with each seed. */
  readonly order: readonly number[] | undefined;
  readonly seeds: SeedRange;
};

function namesOf(scenarios: readonly NamedScenario[]): readonly string[] {
  return scenarios.map(({ name }) => name);
}

async function campaign(
  { scenarios, order, seeds, clusters }: Wanted,
  options: RunOptions,
  { signal }: Host,
  notes: Notes,
  engines: Engines,
  reports: ReportFolder | undefined,
): Promise<{ readonly run: CampaignRun; readonly kept: readonly KeptPlan[] }> {
  const { engine, time: timeMs, untilFail = false, untilDoubt = false, json } = options;
  const size = (seedCount(seeds) ?? Infinity) * (order ?? scenarios).length;
  const jobs = Math.min(options.jobs ?? usualJobs(engine), size);
  const spec: JobSpec = {
    engine,
    scenarios: scenarios.map(({ source }) => source),
    pages: options.html !== undefined,
    ...(reports !== undefined && { keeps: true }),
    ...(clusters !== undefined && { clusters }),
  };
  let progress: CampaignProgress = { done: 0, size: undefined, violated: 0, events: 0 };
  const [began, names] = [engines.now(), namesOf(scenarios)];
  const guided = options.guided === true || options.corpus !== undefined;
  const corpus = options.corpus === undefined ? [] : await readCorpus(options.corpus, names);
  const kept: KeptPlan[] = [];
  const work = runCampaign({
    ...(guided && { guided: { corpus, onKept: (plan: KeptPlan) => kept.push(plan) } }),
    scenarios: scenarios.length,
    order,
    seeds,
    untilFail,
    untilDoubt,
    jobs,
    startJob: () => engines.startJob(spec),
    signal: timeMs === undefined ? signal : AbortSignal.any([signal, engines.deadline(timeMs)]),
    onProgress(now) {
      progress = now;
    },
    onReport({ kept, task }) {
      const scenario = names[task.scenario];
      if (scenario !== undefined) reports?.keep({ scenario, seed: task.seed, engine }, kept);
    },
  });
  const shown = (): string => campaignProgressText(progress, engines.now() - began, timeMs);
  const result = await (json === true ? work : notes.during(shown, work));
  const elapsedMs = engines.now() - began;
  const { scenarios: sources } = spec;
  const endedBy = endOf(result, signal);
  const run = { scenarios: names, sources, engine, seeds, jobs, result, elapsedMs, endedBy };
  return { run, kept };
}

/** On the engines of real time a run has many threads already: one run at once. */
function usualJobs(engine: Engine): number {
  return engine === "simulation" ? availableParallelism() : 1;
}

function endOf(
  { isComplete, broken, isScenarioWrong }: CampaignResult,
  signal: AbortSignal,
): CampaignRun["endedBy"] {
  if (broken !== undefined) return isScenarioWrong ? "scenario" : "job";
  if (isComplete) return undefined;
  return signal.aborted ? "interruption" : "time";
}
