import {
  finishInSlices,
  type BoundOptions,
  type Exploration,
  type ExploreProgress,
  type NamedInstance,
  type Work,
} from "@kontiki/testing";
import type { Engines } from "../engines/engines.ts";
import { explorationJson } from "../explore/exploration-json.ts";
import { verdictOf, type ExplorationRun } from "../explore/exploration-run.ts";
import { explorationText } from "../explore/exploration-text.ts";
import { verdictStatus, type Host } from "../host/host.ts";
import { colorsFor } from "../output/colors.ts";
import { badInput } from "../output/check-failure.ts";
import { messageOf } from "../output/error-text.ts";
import { judging } from "../output/judging.ts";
import { Notes } from "../output/notes.ts";
import { write } from "../output/write.ts";
import { counted, grouped } from "../render/quantities.ts";

const MIB = 2 ** 20;

/** Width of the output where there is no terminal. */
const WIDTH = 100;

export type ExploreOptions = Required<
  Omit<BoundOptions, "step" | "config" | "asyncDisk" | "voters" | "logs">
> & {
  readonly voters?: number;
  readonly logs?: NonNullable<BoundOptions["logs"]>;
  /** What an instance configures besides what has an option here. */
  readonly config?: NonNullable<BoundOptions["config"]>;
  readonly preVote?: true;
  readonly leases?: true;
  readonly quorumBeats: number;
  readonly asyncDisk?: true;
  readonly search: "breadth" | "depth";
  readonly symmetry: boolean;
  readonly hashes?: true;
  readonly time?: number;
  readonly memory: number;
  readonly json?: true;
};

/**
 * Explores within the bounds of `options`, prints the result, and resolves to the exit status.
 *
 * @param recorded the instance with exactly these bounds, if there is one.
 */
export function explore(
  options: ExploreOptions,
  host: Host,
  engines: Engines,
  recorded: NamedInstance | undefined,
): Promise<number> {
  const notes = new Notes(host, "kontiki: ");
  return judging(host, notes, () => exploreAll(options, host, notes, { engines, recorded }));
}

async function exploreAll(
  options: ExploreOptions,
  host: Host,
  notes: Notes,
  {
    engines,
    recorded,
  }: { readonly engines: Engines; readonly recorded: NamedInstance | undefined },
): Promise<number> {
  const { json, search, symmetry, hashes = false, memory, time: timeMs, ...chosen } = options;
  const { asyncDisk = false, config, preVote = false, leases = false, ...rest } = chosen;
  const { quorumBeats, ...counts } = rest;
  const bounds = { ...counts, asyncDisk, config: { ...config, preVote, leases, quorumBeats } };
  const { stdout, env, signal } = host;
  const ends = timeMs === undefined ? signal : AbortSignal.any([signal, engines.deadline(timeMs)]);
  const limits = { memoryBytes: memory * MIB, stop: (): boolean => ends.aborted };
  const began = engines.now();
  const explored = showingProgress(
    begun(engines, { ...bounds, order: search, symmetry, hashes, ...limits }),
    json === true ? undefined : notes,
    () => engines.now() - began,
  );
  const run: ExplorationRun = {
    bounds,
    how: { search, symmetry, hashes },
    exploration: await explored,
    recorded,
    elapsedMs: engines.now() - began,
    stoppedBy: signal.aborted ? "interruption" : "time",
  };
  const width = stdout.columns ?? WIDTH;
  await write(
    stdout,
    json === true ? explorationJson(run) : explorationText(run, colorsFor(stdout, env), width),
  );
  return verdictStatus(verdictOf(run.exploration.verdict));
}

/** Begins an exploration. @throws CheckFailure when bounds do not fit together. */
function begun(
  engines: Engines,
  options: Parameters<Engines["exploreInSlices"]>[0],
): Work<Exploration, ExploreProgress> {
  try {
    return engines.exploreInSlices(options);
  } catch (error) {
    throw badInput(messageOf(error).replace(/^exploreInSlices: /, ""));
  }
}

async function showingProgress(
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
  const shown = (): string => progressText(progress, elapsedMs());
  const exploration = await (notes === undefined ? work : notes.during(shown, work));
  if (exploration === undefined) throw new Error("an exploration ended without a result");
  return exploration;
}

function progressText(progress: ExploreProgress | undefined, elapsedMs: number): string {
  if (progress === undefined) return "exploring ...";
  const { states, waiting, depth, bytes } = progress;
  const rate = grouped((states / Math.max(1, elapsedMs)) * 1000);
  const size = `${counted(states, "state")}, ${grouped(waiting)} waiting, depth ${depth}`;
  return `${size}, ${rate} a second, ${grouped(bytes / MIB)} MiB ...`;
}
