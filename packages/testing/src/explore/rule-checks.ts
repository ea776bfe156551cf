import { ELECTION_RULES } from "./election-rules.ts";
import { LEADER_RULES } from "./leader-rules.ts";
import type { SteppedNode } from "./noteworthy.ts";
import type { Rule } from "./rule.ts";
import { TRANSFER_RULES } from "./transfer-rules.ts";

const SNAPSHOT_RULES: readonly Rule[] = [
  {
    // Figure 13, step 6: what comes after its last entry may have been acknowledged.
    text: "a snapshot replaces a log that holds its last entry, and maybe more",
    isBroken: ({ before, effects }) =>
      effects.some((effect) => {
        if (effect.type !== "installSnapshot") return false;
        const { index, term } = effect.snapshot;
        return before.env.log.termAt(index) === term;
      }),
  },
];

const RULES = [...ELECTION_RULES, ...LEADER_RULES, ...TRANSFER_RULES, ...SNAPSHOT_RULES];

/** The rules that a step breaks. */
export function checkRules(step: SteppedNode): readonly string[] {
  const { id } = step.after.env.config;
  const broken: string[] = [];
  for (const { isBroken, text } of RULES) if (isBroken(step)) broken.push(`${id}: ${text}`);
  return broken;
}
