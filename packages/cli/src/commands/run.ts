import {
  campaignVerdict,
  ENGINES,
  runCampaign,
  seedCount,
  type CampaignProgress,
  type CampaignResult,
  type Engine,
  type SeedRange,
} from "@kontiki/testing";
import { Command, Option } from "commander";
import { availableParallelism } from "node:os";
import type { CampaignRun } from "../campaign/campaign-run.ts";
import { chooseSeeds, isRandom, type SeedOptions } from "../campaign/choose-seeds.ts";
import { loadScenarios, type NamedScenario } from "../campaign/load-scenarios.ts";
import { campaignProgressText } from "../campaign/progress.ts";
import { runJson } from "../campaign/run-json.ts";
import { runText, seedsText } from "../campaign/run-text.ts";
import { badInput } from "../output/check-failure.ts";
import type { Engines } from "../engines/engines.ts";
import { EXIT_OK, EXIT_TOOL, verdictStatus, type Host } from "../host/host.ts";
import { judging } from "../output/judging.ts";
import { file, seed, shard, time, wholeNumber } from "./options.ts";
import { expectWritable, write, writePage } from "../output/output.ts";
import { bareTable } from "../render/status-table.ts";
import { colorsFor } from "../output/colors.ts";
import { Notes } from "../output/notes.ts";
import { runHelp } from "./run-help.ts";

const JOBS_MAX = 256;
const WIDTH = 100;

type RunOptions = SeedOptions & {
  readonly engine: Engine;
  readonly jobs?: number;
  readonly html?: string;
  readonly list?: true;
  readonly json?: true;
};

/** `kontiki run`: tries scenarios with many seeds. `done` is told the exit status. */
export function runCommand(host: Host, engines: Engines, done: (status: number) => void): Command {
  return new Command("run")
    .description("try scenarios with many seeds, in simulation or on threads, and judge each run")
    .argument("[scenarios...]", "files (.yaml, .ts, .js), names of shipped ones, or all")
    .addOption(
      new Option("--engine <engine>", "what runs them").choices(ENGINES).default("simulation"),
    )
    .addOption(
      new Option("--seeds <count>", "how many seeds, from 1 or from --seed on").argParser(
        wholeNumber(1, 2 ** 32),
      ),
    )
    .addOption(
      new Option("--seed <seed>", "this seed, or the first of --seeds; or random").argParser(seed),
    )
    .addOption(
      new Option("--jobs <count>", "runs at once (default: one for each core)").argParser(
        wholeNumber(1, JOBS_MAX),
      ),
    )
    .option("--until-fail", "end at the first violation")
    .addOption(
      new Option("--time <time>", "end after this time, such as 60s or 8h").argParser(time),
    )
    .addOption(new Option("--shard <i/n>", "take part i of n of the seeds").argParser(shard))
    .addOption(
      new Option("--html <file>", "also write a page that shows the first violation").argParser(
        file,
      ),
    )
    .option("--list", "print the scenarios that are shipped, and run none")
    .option("--json", "print one JSON object")
    .addHelpText("after", runHelp)
    .action((sources: readonly string[], options: RunOptions) => {
      const notes = new Notes(host, "kontiki: ");
      const judge = (): Promise<number> =>
        options.list === true
          ? list(options, host, engines)
          : tryAll(sources, options, host, notes, engines);
      return judging(host, notes, judge).then(done);
    });
}

async function list(
  { json }: RunOptions,
  { stdout, env }: Host,
  engines: Engines,
): Promise<number> {
  const scenarios = await loadScenarios(["all"], engines);
  const shown = scenarios.map(({ name, about }) => ({ name, about }));
  const { dim } = colorsFor(stdout, env);
  const rows = shown.map(({ name, about }) => [name, about]);
  const text = json === true ? JSON.stringify(shown) : bareTable([], rows, ["left", "left"]);
  await write(stdout, `${json === true ? text : dim(text)}\n`);
  return EXIT_OK;
}

async function tryAll(
  sources: readonly string[],
  options: RunOptions,
  host: Host,
  notes: Notes,
  engines: Engines,
): Promise<number> {
  if (sources.length === 0)
    throw badInput("name a scenario, or all; --list prints those that are shipped");
  const scenarios = await loadScenarios(sources, engines);
  if (options.html !== undefined) await expectWritable(options.html);
  const seeds = chooseSeeds(options, engines.randomSeed);
  if (seedCount(seeds) === 0) throw badInput(`there is no seed to run in ${seedsText(seeds)}`);
  if (options.json !== true && isRandom(options)) notes.note(seedsText(seeds));
  const run = await campaign(scenarios, seeds, options, host, notes, engines);
  const { stdout, env } = host;
  const text =
    options.json === true
      ? runJson(run)
      : runText(run, colorsFor(stdout, env), stdout.columns ?? WIDTH);
  await write(stdout, text);
  if (options.html !== undefined) await writeFirst(options.html, run, notes);
  if (run.result.broken !== undefined) {
    notes.problem(run.result.broken);
    return EXIT_TOOL;
  }
  return verdictStatus(campaignVerdict(run.result.tallies));
}

async function writeFirst(path: string, { result }: CampaignRun, notes: Notes): Promise<void> {
  const page = result.tallies.flatMap(({ findings }) => findings).find(({ page }) => page)?.page;
  if (page === undefined) notes.note(`nothing was violated: ${path} is not written`);
  else await writePage(path, page);
}

async function campaign(
  scenarios: readonly NamedScenario[],
  seeds: SeedRange,
  options: RunOptions,
  { signal }: Host,
  notes: Notes,
  engines: Engines,
): Promise<CampaignRun> {
  const { engine, time: timeMs, untilFail = false, html, json } = options;
  const size = (seedCount(seeds) ?? Infinity) * scenarios.length;
  const jobs = Math.min(options.jobs ?? usualJobs(engine), size);
  const spec = {
    engine,
    scenarios: scenarios.map(({ source }) => source),
    pages: html !== undefined,
  };
  let progress: CampaignProgress = { done: 0, size: undefined, violated: 0, events: 0 };
  const began = engines.now();
  const work = runCampaign({
    scenarios: scenarios.length,
    seeds,
    untilFail,
    jobs,
    startJob: () => engines.startJob(spec),
    signal: timeMs === undefined ? signal : AbortSignal.any([signal, engines.deadline(timeMs)]),
    onProgress(now) {
      progress = now;
    },
  });
  const told = (): string => campaignProgressText(progress, engines.now() - began, timeMs);
  const result = await (json === true ? work : notes.during(told, work));
  const elapsedMs = engines.now() - began;
  const names = scenarios.map(({ name }) => name);
  const { scenarios: sources } = spec;
  const endedBy = endOf(result, signal);
  return { scenarios: names, sources, engine, seeds, jobs, result, elapsedMs, endedBy };
}

/** Clusters on threads have threads enough of their own, and time is real there. */
function usualJobs(engine: Engine): number {
  return engine === "simulation" ? availableParallelism() : 1;
}

function endOf(
  { isComplete, broken }: CampaignResult,
  signal: AbortSignal,
): CampaignRun["endedBy"] {
  if (broken !== undefined) return "job";
  if (isComplete) return undefined;
  return signal.aborted ? "interruption" : "time";
}
