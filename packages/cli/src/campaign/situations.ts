import { SOMETIMES, type FirstMet } from "@kontiki/testing";
import type { CampaignRun } from "./campaign-run.ts";

/** A situation, and the runs of a campaign that met it. */
export type Situation = {
  readonly name: string;
  /** How many runs of all scenarios met it. */
  readonly runs: number;
  /** The first of them; undefined when none did. */
  readonly first: (FirstMet & { readonly scenario: string }) | undefined;
};

/** All situations, in the order of their subjects. */
export function situationsIn({ scenarios, result }: CampaignRun): readonly Situation[] {
  return SOMETIMES.map(({ name }) => {
    const runs = result.tallies.reduce((sum, { sometimes }) => sum + (sometimes[name] ?? 0), 0);
    const firsts = result.tallies.flatMap(({ firstMet }, at) => {
      const first = firstMet[name];
      return first === undefined ? [] : [{ ...first, scenario: scenarios[at] ?? "" }];
    });
    const [first] = firsts.toSorted((one, other) => one.run - other.run);
    return { name, runs, first };
  });
}
