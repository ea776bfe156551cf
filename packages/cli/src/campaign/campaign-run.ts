import type { CampaignResult, Engine, SeedRange } from "@kontiki/testing";

/** A campaign and what came of it: all that is told of it. */
export type CampaignRun = {
  /** Names, in the order of the result's tallies. */
  readonly scenarios: readonly string[];
  /** The paths and names that they were asked for by, in the same order. */
  readonly sources: readonly string[];
  readonly engine: Engine;
  readonly seeds: SeedRange;
  readonly jobs: number;
  readonly result: CampaignResult;
  /** By the clock on the wall. */
  readonly elapsedMs: number;
  /** What ended it before all was run; undefined when nothing did. */
  readonly endedBy: "time" | "interruption" | "job" | undefined;
};
