import {
  finishInSlices,
  type BoundOptions,
  type Exploration,
  type ExploreProgress,
  type Work,
} from "@kontiki/testing";
import { Command, Option } from "commander";
import type { Engines } from "../engines/engines.ts";
import { explorationJson } from "../explore/exploration-json.ts";
import { wordOf, type ExplorationRun } from "../explore/exploration-run.ts";
import { explorationText } from "../explore/exploration-text.ts";
import { verdictStatus, type Host } from "../host/host.ts";
import { judging } from "../output/judging.ts";
import { time, wholeNumber } from "./options.ts";
import { write } from "../output/output.ts";
import { counted, grouped } from "../render/quantities.ts";
import { colorsFor } from "../output/colors.ts";
import { Notes } from "../output/notes.ts";
import { exploreHelp } from "./explore-help.ts";

const MIB = 2 ** 20;
const WIDTH = 100;

type Options = Required<Omit<BoundOptions, "step" | "config" | "asyncDisk">> & {
  readonly asyncDisk?: true;
  readonly search: "breadth" | "depth";
  readonly symmetry: boolean;
  readonly time?: number;
  readonly memory: number;
  readonly json?: true;
};

/** `kontiki explore`: every state that a small cluster can reach. `done` is told the exit status. */
export function exploreCommand(
  host: Host,
  engines: Engines,
  done: (status: number) => void,
): Command {
  const command = new Command("explore").description(
    "look at every state that a small cluster of the real core can reach",
  );
  for (const [flags, description, least, most, usual] of BOUNDS) {
    const range = `${description}: ${least} to ${most}`;
    command.addOption(new Option(flags, range).argParser(wholeNumber(least, most)).default(usual));
  }
  return command
    .option("--async-disk", "let others come between a write and its sync")
    .addOption(
      new Option("--search <order>", "which state is next: breadth finds a shortest counterexample")
        .choices(["breadth", "depth"])
        .default("breadth"),
    )
    .option("--no-symmetry", "tell states apart that differ in the names of nodes only")
    .addOption(
      new Option("--time <time>", "end after this time, such as 60s or 8h").argParser(time),
    )
    .addOption(
      new Option("--memory <mib>", "memory that the search may take, then it says unknown")
        .argParser(wholeNumber(1, 1_048_576))
        .default(1024, "1024 MiB"),
    )
    .option("--json", "print one JSON object")
    .addHelpText("after", exploreHelp)
    .action((options: Options) => {
      const notes = new Notes(host, "kontiki: ");
      return judging(host, notes, () => tryAll(options, host, notes, engines)).then(done);
    });
}

const BOUNDS = [
  ["--nodes <count>", "nodes", 1, 5, 3],
  ["--terms <count>", "the highest term", 1, 63, 2],
  ["--proposals <count>", "commands that clients propose", 0, 63, 1],
  ["--crashes <count>", "crashes in a run", 0, 63, 1],
  ["--drops <count>", "messages lost in a run, beside those for which there is no room", 0, 63, 0],
  ["--duplicates <count>", "messages delivered in a run that will come again", 0, 63, 0],
  ["--heartbeats <count>", "heartbeat timeouts in a run", 0, 63, 0],
  ["--inflight <count>", "messages in flight at once", 1, 16, 2],
] as const;

async function tryAll(
  options: Options,
  host: Host,
  notes: Notes,
  engines: Engines,
): Promise<number> {
  const { json, search, symmetry, memory, time: timeMs, asyncDisk = false, ...rest } = options;
  const { stdout, env, signal } = host;
  const ends = timeMs === undefined ? signal : AbortSignal.any([signal, engines.deadline(timeMs)]);
  const limits = { memoryBytes: memory * MIB, stop: (): boolean => ends.aborted };
  const began = engines.now();
  const explored = explore(
    engines.exploreInSlices({ ...rest, asyncDisk, order: search, symmetry, ...limits }),
    json === true ? undefined : notes,
    () => engines.now() - began,
  );
  const run: ExplorationRun = {
    bounds: { ...rest, asyncDisk, search, symmetry },
    exploration: await explored,
    elapsedMs: engines.now() - began,
    stoppedBy: signal.aborted ? "interruption" : "time",
  };
  const width = stdout.columns ?? WIDTH;
  await write(
    stdout,
    json === true ? explorationJson(run) : explorationText(run, colorsFor(stdout, env), width),
  );
  return verdictStatus(wordOf(run.exploration.verdict));
}

async function explore(
  exploring: Work<Exploration, ExploreProgress>,
  notes: Notes | undefined,
  elapsedMs: () => number,
): Promise<Exploration> {
  let progress: ExploreProgress | undefined;
  const work = finishInSlices(exploring, {
    onProgress(now) {
      progress = now;
    },
  });
  const told = (): string => progressText(progress, elapsedMs());
  const exploration = await (notes === undefined ? work : notes.during(told, work));
  if (exploration === undefined) throw new Error("an exploration was cut off");
  return exploration;
}

function progressText(progress: ExploreProgress | undefined, elapsedMs: number): string {
  if (progress === undefined) return "exploring ...";
  const { states, waiting, depth, bytes } = progress;
  const rate = grouped((states / Math.max(1, elapsedMs)) * 1000);
  const size = `${counted(states, "state")}, ${grouped(waiting)} waiting, depth ${depth}`;
  return `${size}, ${rate} a second, ${grouped(bytes / MIB)} MiB ...`;
}
