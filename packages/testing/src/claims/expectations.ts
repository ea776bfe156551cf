import type { Expectations } from "../scenario/scenario.ts";
import type { Report } from "./report.ts";

/**
 * Compares what a run met with what its scenario says that it must. Too much is a violation; too little shows nothing.
 *
 * @returns what was met too rarely, one line each.
 */
export function checkExpectations(
  { atLeast, atMost }: Pick<Expectations, "atLeast" | "atMost">,
  coverage: Readonly<Record<string, number>>,
  report: Report,
): readonly string[] {
  const met = (name: string): number => (Object.hasOwn(coverage, name) ? (coverage[name] ?? 0) : 0);
  for (const [name, most] of Object.entries(atMost))
    if (met(name) > most)
      report({ check: "expectations", text: `${name}: ${met(name)}, and at most ${most} may be` });
  return Object.entries(atLeast)
    .filter(([name, least]) => met(name) < least)
    .map(([name, least]) => `${name}: ${met(name)}, and the scenario asks for ${least} or more`);
}
