import type { RunResult } from "../run/result.ts";

/** How a scenario is run: with everything simulated, or on real worker threads in real time. */
export const ENGINES = ["simulation", "workers"] as const;

/** See {@link ENGINES}. */
export type Engine = (typeof ENGINES)[number];

/** One run of a campaign: a scenario and a seed. */
export type Task = {
  /** Its place in the campaign, from 0. Results are told in this order. */
  readonly number: number;
  /** Which of the campaign's scenarios, from 0. */
  readonly scenario: number;
  /** Whole, from 0 to 2^32 - 1. */
  readonly seed: number;
};

/** What a campaign keeps of a run: all but its history, which another run of the seed gives again. */
export type RunReport = Omit<RunResult, "history"> & {
  /** What was asked for. */
  readonly task: Task;
  /** How long it took by the clock on the wall, in ms. */
  readonly elapsedMs: number;
  /** What `kontiki replay` takes: of a simulated run that violated something. */
  readonly token: string | undefined;
  /** A page that shows it, in HTML: of a run that violated something, where pages were asked for. */
  readonly page: string | undefined;
};
