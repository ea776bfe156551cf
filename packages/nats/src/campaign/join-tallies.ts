import { DOUBTS_KEPT, summed, type Finding, type FirstMet, type Tally } from "@kontiki/testing";

/** Adds the tally of later runs of a scenario, as if one campaign had counted all of them, one after the other. */
export function joined(earlier: Tally, later: Tally): Tally {
  return {
    runs: earlier.runs + later.runs,
    asDrawn: earlier.asDrawn + later.asDrawn,
    valid: earlier.valid + later.valid,
    violated: earlier.violated + later.violated,
    unknown: earlier.unknown + later.unknown,
    events: earlier.events + later.events,
    virtualMs: earlier.virtualMs + later.virtualMs,
    busyMs: earlier.busyMs + later.busyMs,
    coverage: summed(earlier.coverage, later.coverage),
    expected: summed(earlier.expected, later.expected),
    sometimes: summed(earlier.sometimes, later.sometimes),
    firstMet: { ...later.firstMet, ...earlier.firstMet },
    findings: findings(earlier.findings, later.findings),
    doubts: [...earlier.doubts, ...later.doubts].slice(0, DOUBTS_KEPT),
  };
}

/** The tally of runs that come after `before` others in their campaign. */
export function shifted(tally: Tally, before: number): Tally {
  const firsts = Object.entries(tally.firstMet).map(([name, first]): [string, FirstMet] => [
    name,
    { ...first, run: first.run + before },
  ]);
  return { ...tally, firstMet: Object.fromEntries(firsts) };
}

/** The first run of each check stays, and all its runs count. */
function findings(earlier: readonly Finding[], later: readonly Finding[]): readonly Finding[] {
  const more = new Map(later.map((finding) => [finding.check, finding.runs]));
  const known = new Set(earlier.map(({ check }) => check));
  return [
    ...earlier.map((one) => ({ ...one, runs: one.runs + (more.get(one.check) ?? 0) })),
    ...later.filter(({ check }) => !known.has(check)),
  ];
}
