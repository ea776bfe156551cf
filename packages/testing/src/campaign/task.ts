import { listOf, needed, whole, type Schema } from "@kontiki/actors/node";
import type { ClusterEvent } from "@kontiki/actors";
import type { RunResult } from "../run/result.ts";
import type { RunSummary } from "../summary/summary.ts";

/**
 * The engines of a campaign: full simulation, real worker threads in real time, or several processes in real time, whose
 * clusters a {@link ClusterModule} starts.
 */
export const ENGINES = ["simulation", "workers", "hosts"] as const;

/** See {@link ENGINES}. */
export type Engine = (typeof ENGINES)[number];

/** One run of a campaign: a scenario and a seed. */
export type Task = {
  /** Its position in the campaign, from 0. Results count in this order. */
  readonly number: number;
  /** The position of its scenario, from 0. */
  readonly scenario: number;
  /** A whole number from 0 to 2^32 - 1. */
  readonly seed: number;
  /** What a guided campaign changed in the plan of the seed: see `changedPlan`. */
  readonly changes?: readonly number[];
};

export const TASK: Schema<Task> = {
  number: needed(whole(0)),
  scenario: needed(whole(0)),
  seed: needed(whole(0, 2 ** 32 - 1)),
  changes: listOf(whole(0, 2 ** 32 - 1), "a list of the numbers of changes"),
};

/** What a campaign keeps of a run: everything but the history, which another run of the seed reproduces. */
export type RunReport = Omit<RunResult, "history"> & {
  /** The task. */
  readonly task: Task;
  /** For each count that some runs of the campaign must reach, whether this run did. */
  readonly expected: Readonly<Record<string, boolean>>;
  /** How long it took in real time, in ms. */
  readonly elapsedMs: number;
  /** The names of the situations of {@link SOMETIMES} that it met, in their order; none on worker threads. */
  readonly met: readonly string[];
  /** The token for `kontiki replay`: only of a violated simulated run. */
  readonly token: string | undefined;
  /** The HTML page of a violated run; undefined without pages. */
  readonly page: string | undefined;
  /** What is kept of the run, whatever its verdict, if the jobs keep anything, and of the first runs alone. */
  readonly kept?: KeptRun;
};

/** The most runs of a campaign that are kept: the first ones. */
export const KEPT_RUNS_MAX = 100;

/** A line of the log of a run: something that happened to a node. */
export type KeptLine = {
  /** In ms of the run. */
  readonly at: number;
  /** The node; "" for none. */
  readonly node: string;
  /** The kind of event. */
  readonly event: string;
  /** What happened, for people; or the event of a cluster of threads that it was. */
  readonly what: string | ClusterEvent;
};

/** What is kept of a run in a folder. */
export type KeptRun = {
  /** What it was like for its clients. */
  readonly summary: RunSummary;
  /** The lines of its history, for `kontiki check`. */
  readonly history: string;
  /** Its page. */
  readonly page: string;
  /** The traces of its nodes, by the names of their files: one for each start. */
  readonly traces: Readonly<Record<string, string>>;
  /** What happened, in order. */
  readonly log: readonly KeptLine[];
  /** When the run began, in ms since 1970; 0 in simulation. */
  readonly begunAt: number;
};
