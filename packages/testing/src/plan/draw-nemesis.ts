import type { Chance } from "../chance.ts";
import type { FaultType, Range } from "../scenario/fault.ts";
import { one } from "../scenario/faults/kind.ts";
import { isTypeIn } from "../scenario/faults/table.ts";
import type { Nemesis } from "../scenario/scenario.ts";

/** Faults after which most others matter: they are in most of the narrow choices. */
const FREQUENT: readonly FaultType[] = ["partition", "oneWay", "crash"];

/** Changes of the members are in twice as many seeds as any other group: most of the kinds need another one first. */
const GROUPS = ["network", "disk", "process", "clock", "membership", "membership"] as const;

const PACES: readonly Range[] = [
  [40, 250],
  [100, 500],
  [200, 1000],
];

const LENGTHS: readonly Range[] = [
  [50, 500],
  [100, 1000],
  [300, 1500],
];

/**
 * Half of the seeds take a few kinds, often of one group, so that faults of these kinds meet each other often; the others take
 * many kinds.
 */
export function drawNemesis(given: Nemesis, chance: Chance): Nemesis {
  const isNarrow = chance.happens(1 / 2);
  const frequent = FREQUENT.filter((type) => given.faults.includes(type) && chance.happens(2 / 3));
  const group = one(GROUPS, chance);
  const related = given.faults.filter((type) => isTypeIn(group, type));
  const from = chance.happens(1 / 2) && related.length > 0 ? related : given.faults;
  const few = chance.shuffled(from).slice(0, chance.between(1, 5));
  const faults = given.faults.filter((type) => frequent.includes(type) || few.includes(type));
  return {
    faults: isNarrow ? faults : given.faults,
    swarm: !isNarrow,
    everyMs: one(PACES, chance),
    lastMs: one(LENGTHS, chance),
    bursts: one([0, 0, 0.3, 0.6], chance),
  };
}
