import type { Expectations } from "../scenario/scenario.ts";
import type { Report } from "./report.ts";

/**
 * Compares the counts of a run with those that its scenario demands. A count that is too high is a violation; one that is too
 * low means that the run shows nothing.
 *
 * @returns the counts that are too low, one line each.
 */
export function checkExpectations(
  { atLeast, atMost }: Pick<Expectations, "atLeast" | "atMost">,
  coverage: Readonly<Record<string, number>>,
  report: Report,
): readonly string[] {
  const met = (name: string): number => (Object.hasOwn(coverage, name) ? (coverage[name] ?? 0) : 0);
  for (const [name, most] of Object.entries(atMost))
    if (met(name) > most)
      report({
        check: "expectations",
        text: `${name}: ${met(name)}, but at most ${most} is allowed`,
      });
  return Object.entries(atLeast)
    .filter(([name, least]) => met(name) < least)
    .map(([name, least]) => `${name}: ${met(name)}, but the scenario demands ${least} or more`);
}

/** Whether it is a matter of the campaign, not of one run, that operations succeed. */
export function leavesToCampaign({ campaign }: Pick<Expectations, "campaign">): boolean {
  return campaign !== undefined && Object.hasOwn(campaign, "operations.ok");
}
