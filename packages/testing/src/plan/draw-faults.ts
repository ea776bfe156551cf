import type { Chance } from "../chance.ts";
import type { Fault, FaultAction, FaultMoment, FaultType } from "../scenario/fault.ts";
import { MOMENT_NAMES, momentFacts, SUBJECT } from "../scenario/faults/moments.ts";
import { factsOf } from "../scenario/faults/table.ts";
import type { Nemesis, Scenario } from "../scenario/scenario.ts";

/** The most faults of one run: more would only hide each other. */
const FAULTS_MAX = 200;

/** In a burst one fault begins at most this long after the one before, in ms. */
const BURST_MS = 20;

/** How one seed differs from another: which kinds it draws and how often, how dense they are, how long they last. */
type Swarm = {
  readonly kinds: readonly FaultType[];
  readonly pace: number;
  readonly length: number;
};

/**
 * The faults that a seed draws, in the order of their times, in addition to those that the scenario names. None without a
 * nemesis.
 *
 * In swarm mode each seed takes only some of the kinds, at its own rates (Groce et al., "Swarm Testing", ISSTA '12): a
 * fault that is always present hides what happens without it.
 */
export function drawFaults(scenario: Scenario, chance: Chance): readonly Fault[] {
  const { nemesis, durationMs } = scenario;
  if (nemesis === undefined || nemesis.faults.length === 0) return [];
  const { bursts } = nemesis;
  const swarm = swarmOf(nemesis, chance.fork("swarm"));
  const times = chance.fork("times");
  const [least, most] = nemesis.everyMs;
  const faults: Fault[] = [];
  for (let number = 0, at = 0; number < FAULTS_MAX; number += 1) {
    const pause = Math.max(1, Math.floor(times.between(least, most) * swarm.pace));
    const isBurst = bursts !== undefined && number > 0 && times.happens(bursts);
    at += isBurst ? times.between(0, BURST_MS) : pause;
    if (at >= durationMs) break;
    faults.push(drawFault(scenario, nemesis, swarm, at, chance.fork(`fault ${number}`)));
  }
  return faults;
}

function drawFault(
  scenario: Scenario,
  nemesis: Nemesis,
  { kinds, length }: Swarm,
  at: number,
  chance: Chance,
): Fault {
  const { lastMs, faults } = nemesis;
  const [least, most] = lastMs;
  const forMs = Math.max(1, Math.floor(chance.between(least, most) * length));
  const drawn = chance.pick(kinds) ?? faults[0] ?? "crash";
  const waiting = drawMoment(nemesis, kinds, chance.fork("moment"));
  const type = waiting?.type ?? drawn;
  const { nodes, cluster } = scenario;
  const fields = factsOf(type).draw({
    nodes,
    clockDrift: cluster.leases?.clockDrift,
    forMs,
    chance,
  });
  const fault = { ...({ type, ...fields } as FaultAction), at, for: forMs };
  if (waiting === undefined) return fault;
  const { moment: when, isAboutSubject } = waiting;
  return { ...(isAboutSubject ? aboutSubject(fault) : fault), when };
}

/** The moment for which a fault waits, and a kind that suits it; undefined for a fault that does not wait. */
function drawMoment(
  { moments: share = 0, when = MOMENT_NAMES }: Nemesis,
  kinds: readonly FaultType[],
  chance: Chance,
):
  | {
      readonly moment: FaultMoment;
      readonly type: FaultType;
      readonly isAboutSubject: boolean;
    }
  | undefined {
  if (!chance.happens(share)) return undefined;
  const moment = chance.pick(when);
  if (moment === undefined) return undefined;
  const { bites } = momentFacts(moment);
  const type = chance.pick(kinds.filter((kind) => bites.includes(kind)));
  return type === undefined ? undefined : { moment, type, isAboutSubject: chance.happens(2 / 3) };
}

/** The fault at the node of the moment that it waits for, if it is one that a drawn node has. */
function aboutSubject(fault: Fault): Fault {
  const hasShape = fault.type === "partition" && fault.shape !== "ring";
  if ("node" in fault || hasShape) return { ...fault, node: SUBJECT } as Fault;
  if (fault.type !== "oneWay") return fault;
  return fault.from === undefined ? { ...fault, to: SUBJECT } : { ...fault, from: SUBJECT };
}

function swarmOf({ faults, swarm }: Nemesis, chance: Chance): Swarm {
  if (!swarm) return { kinds: faults, pace: 1, length: 1 };
  const some = faults.filter(() => chance.happens(1 / 2));
  const taken = some.length === 0 ? chance.shuffled(faults).slice(0, 1) : some;
  const kinds = taken.flatMap((type) => Array.from({ length: chance.between(1, 4) }, () => type));
  return {
    kinds,
    pace: chance.pick([0.5, 1, 1, 2]) ?? 1,
    length: chance.pick([0.25, 1, 1, 2]) ?? 1,
  };
}
