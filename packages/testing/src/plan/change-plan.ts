import { Chance } from "../chance.ts";
import type { Fault, FaultAction } from "../scenario/fault.ts";
import { one } from "../scenario/faults/kind.ts";
import { FAULT_TYPES, factsOf, isTypeIn } from "../scenario/faults/table.ts";
import {
  changeKnob,
  changeNodes,
  changeSettings,
  changeSize,
  redrawFaults,
} from "./change-settings.ts";
import type { Plan, PlannedFault } from "./plan.ts";

/** The most faults of a changed plan: see `drawFaults`. */
const FAULTS_MAX = 200;

/** The shortest changed run, in ms. */
const RUN_MIN_MS = 500;

type Change = (plan: Plan, chance: Chance, draw: (seed: number) => Plan) => Plan;

/**
 * A plan after these changes, one after the other: each number draws what it changes. So a plan that a search found is its
 * seed and a few numbers.
 *
 * A changed plan need not reach what its scenario expects, and is judged without that. What it asks of a cluster is
 * decided as for any other plan: the atlas skips what no cluster could survive.
 *
 * @param draw draws the plan of a seed, to take faults from.
 */
export function changedPlan(
  plan: Plan,
  changes: readonly number[],
  draw: (seed: number) => Plan,
): Plan {
  if (changes.length === 0) return plan;
  const { scenario } = plan;
  const expect = { ...scenario.expect, atLeast: {}, atMost: {} };
  return changes.reduce<Plan>(
    (changed, number) => {
      const chance = new Chance(number).fork("change");
      return one(CHANGES, chance)(changed, chance, draw);
    },
    { ...plan, scenario: { ...scenario, expect } },
  );
}

const CHANGES: readonly Change[] = [
  addFault,
  addFault,
  addNearFault,
  moveFault,
  moveFault,
  stretchFault,
  copyFault,
  dropFaults,
  spliceFaults,
  spliceFaults,
  gatherOperations,
  dropOperations,
  shorten,
  changeSize,
  changeKnob,
  changeNodes,
  changeSettings,
  redrawFaults,
  redrawFaults,
  (plan, chance) => ({ ...plan, seed: chance.bits() }),
];

/** A fault of any kind, of those that the scenario has or of all. */
function addFault(plan: Plan, chance: Chance): Plan {
  const { scenario } = plan;
  const { durationMs, cluster, nodes, nemesis } = scenario;
  const own = (nemesis?.faults ?? scenario.faults.map((fault) => fault.type)).filter(isFree);
  const isOwn = own.length > 0 && chance.happens(1 / 2);
  const type = one(isOwn ? own : FAULT_TYPES.filter(isFree), chance);
  const forMs = one([20, 100, 300, 1000], chance);
  const clockDrift = cluster.leases?.clockDrift;
  const fields = factsOf(type).draw({ nodes, clockDrift, forMs, chance });
  const at = chance.below(durationMs);
  return withFaults(plan, [{ ...({ type, ...fields } as FaultAction), at, for: forMs }]);
}

/** At about the time of another one. */
function addNearFault(plan: Plan, chance: Chance): Plan {
  const { durationMs } = plan.scenario;
  const added = addFault(plan, chance);
  const [last, other] = [added.faults.at(-1), chance.pick(plan.faults)];
  if (last === undefined || other === undefined) return added;
  const at = Math.min(Math.max(0, other.at + chance.between(-20, 80)), durationMs - 1);
  return { ...added, faults: added.faults.with(-1, { ...last, at }) };
}

function moveFault(plan: Plan, chance: Chance): Plan {
  const { durationMs } = plan.scenario;
  const near = chance.happens(1 / 2);
  return withChanged(plan, chance, (fault) => {
    const at = near ? fault.at + chance.between(-50, 50) : chance.below(durationMs);
    return { ...fault, at: Math.min(Math.max(0, at), durationMs - 1) };
  });
}

function stretchFault(plan: Plan, chance: Chance): Plan {
  const factor = one([0.25, 0.5, 2, 4], chance);
  return withChanged(plan, chance, (fault) =>
    fault.for === undefined
      ? fault
      : {
          ...fault,
          for: Math.max(1, Math.min(Math.floor(fault.for * factor), plan.scenario.durationMs)),
        },
  );
}

function copyFault(plan: Plan, chance: Chance): Plan {
  const fault = chance.pick(plan.faults.filter(({ type }) => isFree(type)));
  if (fault === undefined) return plan;
  return withFaults(plan, [{ ...fault, at: chance.below(plan.scenario.durationMs) }]);
}

/** One, or all of a part of the run. */
function dropFaults(plan: Plan, chance: Chance): Plan {
  const [from, to] = part(plan, chance);
  const dropped = chance.happens(1 / 2) ? chance.pick(plan.faults) : undefined;
  const faults = plan.faults.filter((fault) =>
    dropped === undefined ? fault.at < from || fault.at >= to : fault !== dropped,
  );
  return { ...plan, faults };
}

/** The faults of a part of the run become those of another seed. */
function spliceFaults(plan: Plan, chance: Chance, draw: (seed: number) => Plan): Plan {
  const [from, to] = part(plan, chance);
  const isThere = ({ type, at }: Fault): boolean => at >= from && at < to && isFree(type);
  const others = draw(chance.bits()).faults.filter(isThere);
  return withFaults({ ...plan, faults: plan.faults.filter((fault) => !isThere(fault)) }, others);
}

/** The operations of a part of the run begin at one moment. */
function gatherOperations(plan: Plan, chance: Chance): Plan {
  const [from, to] = part(plan, chance);
  const operations = plan.operations.map((operation) =>
    operation.at >= from && operation.at < to ? { ...operation, at: from } : operation,
  );
  return { ...plan, operations };
}

function dropOperations(plan: Plan, chance: Chance): Plan {
  const [from, to] = part(plan, chance);
  return { ...plan, operations: plan.operations.filter(({ at }) => at < from || at >= to) };
}

/** The run ends earlier, but after the last fault that its scenario names. */
function shorten(plan: Plan, chance: Chance): Plan {
  const { scenario, faults, operations } = plan;
  const named = scenario.faults.reduce((last, { at }) => Math.max(last, at + 1), 0);
  const wanted = Math.floor(scenario.durationMs * one([0.3, 0.6], chance));
  const durationMs = Math.max(wanted, named, Math.min(RUN_MIN_MS, scenario.durationMs));
  return {
    ...plan,
    scenario: { ...scenario, durationMs },
    faults: faults.filter(({ at }) => at < durationMs),
    operations: operations.filter(({ at }) => at < durationMs),
  };
}

/** A part of the run, in ms. */
function part({ scenario: { durationMs } }: Plan, chance: Chance): readonly [number, number] {
  const from = chance.below(durationMs);
  const length = 1 + chance.below(Math.max(1, Math.floor(durationMs / 3)));
  return [from, Math.min(from + length, durationMs)];
}

/**
 * Faults of clocks are left as they were drawn, and may only be dropped: they were drawn together with the bound that
 * leases set for clocks.
 */
function isFree(type: Fault["type"]): boolean {
  return !isTypeIn("clock", type);
}

function withFaults(plan: Plan, added: readonly Fault[]): Plan {
  const next = 1 + plan.faults.reduce((most, { id }) => Math.max(most, id), -1);
  const room = Math.max(0, FAULTS_MAX - plan.faults.length);
  const faults = added
    .slice(0, room)
    .map((fault, at): PlannedFault => ({ ...fault, id: next + at }));
  return { ...plan, faults: [...plan.faults, ...faults] };
}

function withChanged(
  plan: Plan,
  chance: Chance,
  change: (fault: PlannedFault) => PlannedFault,
): Plan {
  const chosen = chance.pick(plan.faults.filter(({ type }) => isFree(type)));
  if (chosen === undefined) return plan;
  return {
    ...plan,
    faults: plan.faults.map((fault) => (fault === chosen ? change(fault) : fault)),
  };
}
