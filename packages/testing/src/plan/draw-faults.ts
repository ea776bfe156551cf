import { KEPTS } from "@kontiki/actors/node";
import type { Chance } from "../chance.ts";
import type { Fault, FaultAction, FaultMoment, FaultType } from "../scenario/fault.ts";
import { one } from "../scenario/faults/kind.ts";
import { MOMENT_NAMES, momentFacts, SUBJECT } from "../scenario/faults/moments.ts";
import { factsOf } from "../scenario/faults/table.ts";
import type { Nemesis, Scenario } from "../scenario/scenario.ts";

/** The most faults of one run: more would only hide each other. */
const FAULTS_MAX = 200;

/** In a burst one fault begins at most this long after the one before, in ms. */
const BURST_MS = 20;

/** The share of faults that bring a moment about, among those that do not wait and could. */
const CAUSES = 1 / 2;

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
  const type = waiting.type ?? drawn;
  const { nodes, cluster } = scenario;
  const fields = factsOf(type).draw({
    nodes,
    clockDrift: cluster.leases?.clockDrift,
    forMs,
    chance,
  });
  const lasts = Math.max(forMs, (waiting.elections ?? 0) * cluster.electionTimeoutMs);
  const fault = { ...({ type, ...fields } as FaultAction), at, for: lasts };
  const { when, isAboutSubject } = waiting;
  if (when === undefined) return fault;
  const fitting = momentFacts(when).losesPower ? losingPower(fault, chance.fork("power")) : fault;
  return { ...(isAboutSubject ? aboutSubject(fitting, when) : fitting), when };
}

/** A crash that comes at once and loses power; any other fault as it is. */
function losingPower(fault: Fault, chance: Chance): Fault {
  if (fault.type === "crashLoop") return { ...fault, kept: fault.kept ?? one(KEPTS, chance) };
  if (fault.type !== "crash") return fault;
  const { point: _, ...atOnce } = fault;
  return { ...atOnce, kept: fault.kept ?? one(KEPTS, chance) };
}

/** What is drawn of a fault that has to do with a moment; nothing of one that has not. */
type Drawn = {
  readonly type?: FaultType;
  /** Undefined for a fault that does not wait. */
  readonly when?: FaultMoment;
  readonly isAboutSubject?: boolean;
  /** How many election timeouts it lasts at least. */
  readonly elections?: number;
};

/** Some faults wait for a moment that suits their kind; some of the others bring one about. */
function drawMoment(
  { faults, moments: share = 0, when = MOMENT_NAMES }: Nemesis,
  kinds: readonly FaultType[],
  chance: Chance,
): Drawn {
  const moment = share > 0 ? chance.pick(when) : undefined;
  if (moment === undefined) return {};
  const { bites, causes, after } = momentFacts(moment);
  const isAboutSubject = chance.happens(2 / 3);
  if (chance.happens(share)) {
    const type = chance.pick(kinds.filter((kind) => bites.includes(kind)));
    return type === undefined ? {} : { type, when: moment, isAboutSubject };
  }
  const cause = chance.pick(causes.filter((kind) => faults.includes(kind)));
  if (cause === undefined || !chance.happens(CAUSES)) return {};
  const before = chance.pick(after);
  if (before === undefined) return { type: cause };
  // So long that there is another leader by then.
  return { type: cause, when: before, isAboutSubject: true, elections: 3 };
}

/** The fault at the node of the moment that it waits for, if it is one that a drawn node has. */
function aboutSubject(fault: Fault, when: FaultMoment): Fault {
  const hasShape = fault.type === "partition" && fault.shape !== "ring";
  const isDamage = fault.type === "bitRot" || fault.type === "scatter";
  if (isDamage && (when === "sends" || when === "receives"))
    return { ...fault, node: SUBJECT, what: "snapshot" };
  if ("node" in fault || fault.type === "replay" || hasShape)
    return { ...fault, node: SUBJECT } as Fault;
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
