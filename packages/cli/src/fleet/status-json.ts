import type { CampaignState, WorkerReport } from "@kontiki/nats";
import { summed } from "@kontiki/testing";
import { verdictOf } from "../campaign/campaign-run.ts";
import { fleetRun } from "./fleet-run.ts";

/** A campaign, as it is now, as one line of JSON. */
export function statusJson(state: CampaignState, workers: readonly WorkerReport[]): string {
  const { name, code, seeds, ranges, progress, result, dropped, elapsedMs, bytes } = state;
  const findings = result.tallies.flatMap((tally, at) =>
    tally.findings.map(({ check, text, seed, runs, token }) => ({
      scenario: state.scenarios[at]?.name ?? "",
      check,
      text,
      seed,
      runs,
      token: token ?? null,
    })),
  );
  const document = {
    name,
    state: state.state,
    verdict: verdictOf(fleetRun(state)),
    code,
    scenarios: state.scenarios.map((scenario) => scenario.name),
    seeds,
    ranges,
    runs: { done: progress.done, all: progress.size, violated: progress.violated },
    perSecond: workers.reduce((sum, { perSecond }) => sum + perSecond, 0),
    workers: workers.map(({ host, pid, jobs, busy, runs, perSecond }) => ({
      host,
      pid,
      jobs,
      busy,
      runs,
      perSecond,
    })),
    findings,
    errors: state.broken,
    dropped,
    coverage: result.tallies.map(({ coverage }) => coverage).reduce(summed, {}),
    elapsedMs: Math.round(elapsedMs),
    bytes,
  };
  return `${JSON.stringify(document)}\n`;
}
