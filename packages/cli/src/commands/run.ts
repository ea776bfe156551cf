import { Option, type Command } from "commander";
import type { RunOptions } from "../actions/run.ts";
import { ENGINES } from "../host/limits.ts";
import type { Define } from "./define.ts";
import { file, seed, shard, timeOption, natsUrls, wholeNumber } from "./options.ts";
import { runHelp } from "./run-help.ts";

const SEEDS_MAX = 2 ** 32;
const JOBS_MAX = 256;

/** `kontiki run`: runs scenarios with many seeds. */
export const defineRun: Define = (command, { host, loadEngines, done }) => {
  defineRuns(command);
  command
    .addOption(
      new Option("--html <file>", "also write a page that shows the first violation").argParser(
        file,
      ),
    )
    .addOption(
      new Option(
        "--report <dir>",
        "keep each run: its summary, history, page, traces and logs, in a folder of this one",
      ).argParser(file),
    )
    .option("--list", "print the shipped scenarios, and run none")
    .option("--json", "print one JSON object")
    .addHelpText("after", runHelp)
    .action(async (sources: readonly string[], options: RunOptions) => {
      const { runScenarios } = await import("../actions/run.ts");
      done(await runScenarios(sources, options, host, await loadEngines()));
    });
};

/** Which runs there are. */
function defineRuns(command: Command): void {
  command
    .argument(
      "[scenarios...]",
      "files (.yaml, .ts, .js), names of shipped ones, or all (default: all)",
    )
    .addOption(
      new Option("--engine <engine>", "what runs them").choices(ENGINES).default("simulation"),
    )
    .addOption(
      new Option(
        "--nats <url>",
        "with --engine hosts: the NATS server (default: one that is started, from the PATH)",
      ).argParser(natsUrls),
    )
    .addOption(
      new Option("--seeds <count>", "how many seeds, from 1 or from --seed on").argParser(
        wholeNumber(1, SEEDS_MAX),
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
    .option("--until-doubt", "end at the first run that is violated or unknown")
    .addOption(timeOption())
    .option("--guided", "keep plans that met something new, and try changes of them")
    .addOption(
      new Option(
        "--corpus <folder>",
        "with --guided: begin with the plans of this folder, and add to it",
      ).argParser(file),
    )
    .addOption(new Option("--shard <i/n>", "run part i of n of the seeds").argParser(shard));
}
