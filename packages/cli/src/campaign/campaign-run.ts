import {
  campaignVerdict,
  type CampaignResult,
  type Engine,
  type RunReport,
  type SeedRange,
} from "@kontiki/testing";

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
  /** What ended it early; undefined when it was completed. A campaign of a fleet may be stopped, and may be looked at now. */
  readonly endedBy: "time" | "interruption" | "job" | "scenario" | "stop" | "now" | undefined;
};

/**
 * The verdict of a campaign. One that a broken job or scenario ended, or that ended before it had run as many seeds as it was to run,
 * is not valid: nothing is known of the others.
 */
export function verdictOf({ result, seeds, endedBy }: CampaignRun): RunReport["verdict"] {
  const verdict = campaignVerdict(result.tallies);
  const isBroken = endedBy === "job" || endedBy === "scenario";
  const isCut = isBroken || (endedBy !== undefined && seeds.count !== undefined);
  return isCut && verdict === "valid" ? "unknown" : verdict;
}
