import { SOMETIMES, summed, type Tally } from "@kontiki/testing";
import { filled } from "../render/coverage-text.ts";
import { grouped } from "../render/quantities.ts";
import type { CampaignRun } from "./campaign-run.ts";

/**
 * Which situations the runs met, by subject, and those that none met. A single scenario is not made to meet them all, so
 * only a campaign of several lists what is missing. `width` in characters.
 */
export function sometimesText({ engine, result }: CampaignRun, width: number): string {
  if (engine !== "simulation" || result.tallies.every(({ runs }) => runs === 0)) return "";
  const runs = sometimesOf(result.tallies);
  const isMet = (name: string): boolean => (runs[name] ?? 0) > 0;
  const names = SOMETIMES.map(({ name }) => name);
  const never = names.filter((name) => !isMet(name));
  const head = `sometimes: ${grouped(names.length - never.length)} of ${grouped(names.length)} situations met`;
  const subjects = [...new Set(names.map(subjectOf))].map((subject) => {
    const own = names.filter((name) => subjectOf(name) === subject);
    return `${subject} ${own.filter(isMet).length}/${own.length}`;
  });
  const lines = [head, ...filled(subjects, width)];
  if (result.tallies.length === 1 || never.length === 0) return lines.join("\n");
  return [...lines, "never met:", ...filled(never, width)].join("\n");
}

/** In how many runs of all scenarios each situation was met. */
export function sometimesOf(tallies: readonly Tally[]): Readonly<Record<string, number>> {
  return tallies.map(({ sometimes }) => sometimes).reduce(summed, {});
}

/** The part of a name before its dot. */
function subjectOf(name: string): string {
  return name.slice(0, name.indexOf("."));
}
