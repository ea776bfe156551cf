import type { Chance } from "../chance.ts";
import type { FaultMoment, FaultType, Range } from "../scenario/fault.ts";
import { one } from "../scenario/faults/kind.ts";
import { MOMENT_NAMES, momentFacts } from "../scenario/faults/moments.ts";
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

/** Faults that make others bite: of old mail, of hand-overs, of damage. They are in some of the narrow choices. */
const OFTEN: readonly FaultType[] = ["replay", "transfer", "scatter", "bitRot"];

/**
 * Half of the seeds take a few kinds, often of one group or those that suit some moments, so that faults of these kinds meet
 * each other often; the others take many kinds.
 */
export function drawNemesis(given: Nemesis, chance: Chance): Nemesis {
  const isNarrow = chance.happens(1 / 2);
  const frequent = FREQUENT.filter((type) => given.faults.includes(type) && chance.happens(2 / 3));
  const group = one(GROUPS, chance);
  const related = given.faults.filter((type) => isTypeIn(group, type));
  const from = chance.happens(1 / 2) && related.length > 0 ? related : given.faults;
  const few = chance.shuffled(from).slice(0, chance.between(1, 5));
  const waiting = drawMoments(chance.fork("moments"));
  const often = OFTEN.filter(() => chance.happens(1 / 4));
  const narrow = [...frequent, ...few, ...often, ...waiting.kinds];
  const faults = given.faults.filter((type) => narrow.includes(type));
  return {
    faults: isNarrow ? faults : given.faults,
    swarm: !isNarrow,
    everyMs: one(PACES, chance),
    lastMs: one(LENGTHS, chance),
    bursts: one([0, 0, 0.3, 0.6], chance),
    moments: waiting.share,
    when: waiting.when,
  };
}

/** Moments for which faults wait, and kinds that bring them about or suit them; in a third of the seeds none. */
function drawMoments(chance: Chance): {
  readonly share: number;
  readonly when: readonly FaultMoment[];
  readonly kinds: readonly FaultType[];
} {
  const share = one([0, 0.4, 0.7], chance);
  if (share === 0) return { share, when: [], kinds: [] };
  const drawn = chance.shuffled(MOMENT_NAMES).slice(0, chance.between(1, 2));
  const more = MOMENT_NAMES.filter((moment) => {
    const { moreSeeds } = momentFacts(moment);
    return moreSeeds !== undefined && chance.fork("rare").happens(moreSeeds);
  });
  const some = [...drawn, ...more];
  const after = some.flatMap((moment) => momentFacts(moment).after);
  const when = MOMENT_NAMES.filter((moment) => some.includes(moment) || after.includes(moment));
  const kinds = when.flatMap((moment) => {
    const { causes, bites } = momentFacts(moment);
    return [...causes, ...bites.filter(() => chance.happens(1 / 3))];
  });
  return { share, when, kinds };
}
