import { Chance } from "../chance.ts";
import type { Plan } from "../run/plan.ts";
import { planOf } from "../run/plan-of.ts";
import type { ScenarioParts } from "./parts.ts";

/**
 * Draws what a seed decides of a scenario that may have commands of its own. When who asks is as for the key-value
 * machine; what is asked comes from the scenario's generator.
 *
 * @param seed a whole number from 0 to 2^32 - 1.
 */
export function planOfParts({ scenario, commands }: ScenarioParts, seed: number): Plan {
  const plan = planOf(scenario, seed);
  if (commands === undefined) return plan;
  const chance = new Chance(seed).fork("own commands");
  const operations = plan.operations.map((operation) => {
    const { command, read = false } = commands(chance.fork(String(operation.id)), operation.client);
    return { ...operation, command, read };
  });
  return { ...plan, operations };
}
