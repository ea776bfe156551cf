import { SOMETIMES, type Tally } from "@kontiki/testing";
import { sometimesOf } from "./sometimes-text.ts";
import { verdictOf, type CampaignRun } from "./campaign-run.ts";

/** A campaign as one line of JSON. */
export function runJson(run: CampaignRun): string {
  const { scenarios, engine, seeds, jobs, result, elapsedMs, endedBy } = run;
  const document = {
    verdict: verdictOf(run),
    engine,
    seeds: { first: seeds.first, count: seeds.count ?? null, shard: seeds.shard ?? null },
    jobs,
    elapsedMs: Math.round(elapsedMs),
    endedBy: endedBy ?? null,
    sometimes: engine === "simulation" ? allSometimes(result.tallies) : null,
    scenarios: result.tallies.map((tally, at) => scenarioJson(scenarios[at] ?? "", tally)),
  };
  return `${JSON.stringify(document)}\n`;
}

/** The number of runs that met each situation, 0 for those that none met. */
function allSometimes(tallies: readonly Tally[]): Readonly<Record<string, number>> {
  const met = sometimesOf(tallies);
  return Object.fromEntries(SOMETIMES.map(({ name }) => [name, met[name] ?? 0]));
}

function scenarioJson(scenario: string, tally: Tally): object {
  const { busyMs, virtualMs, findings, ...rest } = tally;
  return {
    scenario,
    ...rest,
    virtualMs: Math.round(virtualMs),
    busyMs: Math.round(busyMs),
    findings: findings.map(({ token, page: _page, ...finding }) => ({
      ...finding,
      token: token ?? null,
    })),
  };
}
