import type { CampaignState } from "@kontiki/nats";
import type { CampaignRun } from "../campaign/campaign-run.ts";

/** A campaign of a fleet as one that `kontiki run` has run: its jobs are those of all workers that brought results. */
export function fleetRun(state: CampaignState): CampaignRun {
  const { scenarios, seeds, workers, result, elapsedMs } = state;
  return {
    scenarios: scenarios.map(({ name }) => name),
    sources: scenarios.map(({ source }) => source),
    engine: "simulation",
    seeds: { ...seeds, shard: undefined },
    jobs: workers.reduce((sum, { jobs }) => sum + jobs, 0),
    result,
    elapsedMs,
    endedBy: endOf(state),
  };
}

function endOf({ result, state }: CampaignState): CampaignRun["endedBy"] {
  if (result.broken !== undefined) return "job";
  if (result.isComplete) return undefined;
  return state === "stopped" ? "stop" : "now";
}
