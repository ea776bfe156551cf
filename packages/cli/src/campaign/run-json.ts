import type { Tally } from "@kontiki/testing";
import { verdictOf, type CampaignRun } from "./campaign-run.ts";
import { situationsIn, type Situation } from "./situations.ts";

/** A campaign as one line of JSON. */
export function runJson(run: CampaignRun): string {
  const { scenarios, engine, seeds, jobs, result, elapsedMs, endedBy } = run;
  const situations = engine === "simulation" ? situationsIn(run) : null;
  const document = {
    verdict: verdictOf(run),
    engine,
    seeds: { first: seeds.first, count: seeds.count ?? null, shard: seeds.shard ?? null },
    jobs,
    elapsedMs: Math.round(elapsedMs),
    endedBy: endedBy ?? null,
    sometimes: situations && Object.fromEntries(situations.map(({ name, runs }) => [name, runs])),
    firstMet: situations && Object.fromEntries(situations.flatMap(firstOf)),
    scenarios: result.tallies.map((tally, at) => scenarioJson(scenarios[at] ?? "", tally)),
  };
  return `${JSON.stringify(document)}\n`;
}

function firstOf({ name, first }: Situation): readonly (readonly [string, object])[] {
  return first === undefined ? [] : [[name, first]];
}

function scenarioJson(scenario: string, tally: Tally): object {
  const { busyMs, virtualMs, findings, firstMet: _firstMet, ...rest } = tally;
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
