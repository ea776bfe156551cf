import { factsOf } from "../scenario/faults/table.ts";
import type { Scenario } from "../scenario/scenario.ts";

/**
 * Names of the coverage that many runs of a scenario should meet: every fault that it names or draws from, that those which
 * it draws from bit, and what it expects. A campaign that never met one of these has not tried what it was to try.
 */
export function wantedCoverage({ faults, nemesis, expect }: Scenario): readonly string[] {
  const drawn = nemesis?.faults ?? [];
  return [
    ...faults.map(({ type }) => `began.${type}`),
    ...drawn.map((type) => `began.${type}`),
    ...drawn.flatMap((type) => factsOf(type).evidence),
    ...Object.keys(expect.atLeast),
    ...Object.keys(expect.campaign ?? {}),
  ];
}
