import { SEEDS, summed, type Engine, type SeedRange, type Tally } from "@kontiki/testing";
import { counted, durationText, grouped } from "../render/quantities.ts";
import { bareTable } from "../render/table.ts";
import type { Colors } from "../output/colors.ts";
import { verdictOf, type CampaignRun } from "./campaign-run.ts";
import { coverageText } from "../render/coverage-text.ts";
import { sometimesText } from "./sometimes-text.ts";
import { findingsText } from "./findings-text.ts";

/** A campaign for people; the first line is a summary. `width` in characters. */
export function runText(run: CampaignRun, colors: Colors, width: number): string {
  const parts = [
    headline(run, colors),
    table(run, colors),
    coverageText(allCoverage(run.result.tallies), width),
    sometimesText(run, width),
    ...findingsText(run, colors),
  ];
  return parts
    .filter((part) => part !== "")
    .map((part) => `${part}\n`)
    .join("\n");
}

function headline(run: CampaignRun, colors: Colors): string {
  const { result, engine, seeds, jobs, elapsedMs, endedBy } = run;
  const verdict = verdictOf(run);
  const paint = { valid: colors.green, violated: colors.red, unknown: colors.yellow }[verdict];
  const runs = sum(result.tallies, ({ runs }) => runs);
  const bad = sum(result.tallies, (tally) => (verdict === "valid" ? 0 : tally[verdict]));
  const what = bad === 0 ? counted(runs, "run") : `${grouped(bad)} of ${counted(runs, "run")}`;
  const ended = endedBy === undefined ? "" : `, ${ENDED_BY[endedBy]}`;
  const how = HOW[engine];
  const cost = `${counted(jobs, "job")}, ${durationText(elapsedMs)}`;
  return `${paint(verdict)}: ${what} ${how}, ${seedsText(seeds)}, ${cost}${ended}`;
}

const HOW: Readonly<Record<Engine, string>> = {
  simulation: "simulated",
  workers: "on worker threads",
  hosts: "on hosts",
};

const ENDED_BY = {
  time: "ended by --time",
  interruption: "ended by an interruption",
  job: "ended by a broken job",
  scenario: "ended by a broken scenario",
  stop: "stopped",
  now: "still running",
} as const;

/** The seeds in a few words. Seeds wrap around: after the greatest comes 0. */
export function seedsText({ first, count, shard }: SeedRange): string {
  const part = shard === undefined ? "" : ` (shard ${shard.index}/${shard.of})`;
  if (count === undefined) return `seeds from ${first} on${part}`;
  if (count === 1) return `seed ${first}${part}`;
  return `seeds ${first} to ${(first + count - 1) % SEEDS}${part}`;
}

const COLUMNS = ["scenario", "runs", "valid", "violated", "unknown", "events", "virtual"] as const;

/** Events per second and virtual by real time are those of one job, because the total depends on the machine's cores. */
function table({ scenarios, engine, result }: CampaignRun, colors: Colors): string {
  const rates = engine === "simulation" ? ["events/s", "speedup"] : [];
  const rows = result.tallies.map((tally, at) => {
    const { runs, valid, violated, unknown, events, virtualMs } = tally;
    const counts = [runs, valid, violated, unknown, events].map(grouped);
    const cells = [scenarios[at] ?? "", ...counts, durationText(virtualMs)];
    return [...cells, ...(engine === "simulation" ? ratesOf(tally) : [])];
  });
  const head = [...COLUMNS, ...rates].map((title) => colors.dim(title));
  return bareTable(head, rows, ["left"]);
}

function ratesOf({ events, virtualMs, busyMs }: Tally): readonly string[] {
  if (busyMs === 0) return ["-", "-"];
  return [grouped((events / busyMs) * 1000), grouped(virtualMs / busyMs)];
}

function allCoverage(tallies: readonly Tally[]): Tally["coverage"] {
  return tallies.map(({ coverage }) => coverage).reduce(summed, {});
}

function sum(tallies: readonly Tally[], of: (tally: Tally) => number): number {
  return tallies.reduce((total, tally) => total + of(tally), 0);
}
