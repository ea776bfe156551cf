import { neverReached, type Doubt, type Finding } from "@kontiki/testing";
import { plainText, shellWord } from "../render/quoting.ts";
import { counted, durationText } from "../render/quantities.ts";
import type { Colors } from "../output/colors.ts";
import type { CampaignRun } from "./campaign-run.ts";

/** For each scenario the first run of each failed check, and how to reproduce it; then why runs are unknown. */
export function findingsText(run: CampaignRun, colors: Colors): readonly string[] {
  return run.result.tallies.flatMap((tally, at) => {
    const { runs, findings, doubts, unknown } = tally;
    const scenario = run.scenarios[at] ?? "";
    const violated = findings.map((finding) =>
      findingText(scenario, run.sources[at] ?? scenario, finding, run, colors),
    );
    const nothing = runs === 0 ? [`${colors.yellow("unknown")}: ${scenario}: no run ended`] : [];
    const never = neverReached(tally).map(
      (name) => `${colors.yellow("unknown")}: ${scenario}: no run reached ${name}, as some must`,
    );
    return [...violated, ...doubtsText(scenario, doubts, unknown, colors), ...never, ...nothing];
  });
}

function findingText(
  scenario: string,
  source: string,
  { check, text, at, seed, runs, token }: Finding,
  { engine }: CampaignRun,
  colors: Colors,
): string {
  const others = runs === 1 ? "" : `, the first of ${counted(runs, "run")}`;
  const again =
    token === undefined
      ? [`kontiki run ${shellWord(source)} --engine ${engine} --seed ${seed}`]
      : [`kontiki replay ${token}`, `kontiki shrink ${token}`];
  return [
    `${colors.red("violated")}: ${scenario}, seed ${seed}, after ${durationText(at)}${others}`,
    `  ${check}: ${plainText(text)}`,
    ...again.map((line) => `  ${line}`),
  ].join("\n");
}

function doubtsText(
  scenario: string,
  doubts: readonly Doubt[],
  unknown: number,
  colors: Colors,
): readonly string[] {
  if (unknown === 0) return [];
  const head = `${colors.yellow("unknown")}: ${scenario}, ${counted(unknown, "run")}`;
  const lines = doubts.map(({ seed, text }) => `  seed ${seed}: ${plainText(text)}`);
  return [[head, ...lines].join("\n")];
}
