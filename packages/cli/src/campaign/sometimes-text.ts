import { SOMETIMES } from "@kontiki/testing";
import { bareTable } from "../render/table.ts";
import { filled } from "../render/coverage-text.ts";
import { grouped } from "../render/quantities.ts";
import type { CampaignRun } from "./campaign-run.ts";
import { situationsIn, type Situation } from "./situations.ts";

const HEAD = ["subject", "met", "rarest", "runs", "first met by"] as const;

/** So many situations at most are told with their sentences. */
const TOLD_MAX = 12;

/**
 * Which situations the runs met: a row for each subject, with the situation that the fewest runs met, and those that none
 * met. A single scenario is not made to meet them all, so it lists only a few. `width` in characters.
 */
export function sometimesText(run: CampaignRun, width: number): string {
  const { engine, result } = run;
  if (engine !== "simulation" || result.tallies.every(({ runs }) => runs === 0)) return "";
  const all = situationsIn(run);
  const never = all.filter(({ runs }) => runs === 0).map(({ name }) => name);
  const head = `sometimes: ${grouped(all.length - never.length)} of ${grouped(all.length)} situations met`;
  const subjects = [...new Set(all.map(({ name }) => subjectOf(name)))];
  const rows = subjects.map((subject) =>
    rowOf(
      subject,
      all.filter(({ name }) => subjectOf(name) === subject),
    ),
  );
  const lines = [head, bareTable(HEAD, rows, ["left", "left", "left", "right", "left"])];
  const isMuch = result.tallies.length === 1 && never.length > TOLD_MAX;
  if (isMuch || never.length === 0) return lines.join("\n");
  return [...lines, "never met:", ...missing(never, width)].join("\n");
}

function rowOf(subject: string, own: readonly Situation[]): readonly string[] {
  const met = own.filter(({ runs }) => runs > 0);
  const share = `${met.length}/${own.length}`;
  const [first, ...others] = met;
  if (first === undefined) return [subject, share, "-", "-", "-"];
  const rarest = others.reduce((least, each) => (each.runs < least.runs ? each : least), first);
  return [subject, share, rarest.name, grouped(rarest.runs), placeOf(rarest)];
}

/** The run, and how to repeat it. */
function placeOf({ first }: Situation): string {
  if (first === undefined) return "-";
  const { run, scenario, seed, changes } = first;
  const changed = changes === 0 ? "" : `, changed ${changes === 1 ? "once" : `${changes} times`}`;
  return `run ${grouped(run)}: ${scenario}, seed ${seed}${changed}`;
}

function missing(names: readonly string[], width: number): readonly string[] {
  if (names.length > TOLD_MAX) return filled(names, width);
  const texts = new Map(SOMETIMES.map(({ name, text }) => [name, text]));
  return names.map((name) => `  ${name}: ${texts.get(name) ?? ""}`);
}

/** The part of a name before its dot. */
function subjectOf(name: string): string {
  return name.slice(0, name.indexOf("."));
}
