import type { CampaignResult, Engine, SeedRange } from "@kontiki/testing";

/** A campaign and its result: everything that is printed about it. */
export type CampaignRun = {
  /** Names, in the order of the result's tallies. */
  readonly scenarios: readonly string[];
  /** The paths and names given on the command line, in the same order. */
  readonly sources: readonly string[];
  readonly engine: Engine;
  readonly seeds: SeedRange;
  readonly jobs: number;
  readonly result: CampaignResult;
  /** Real time. */
  readonly elapsedMs: number;
  /** What ended it early; undefined when it was completed. */
  readonly endedBy: "time" | "interruption" | "job" | undefined;
};
