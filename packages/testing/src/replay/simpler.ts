import type { Plan, PlannedFault, PlannedOperation } from "../plan/plan.ts";
import type { Range } from "../scenario/fault.ts";
import type { Scenario } from "../scenario/scenario.ts";

/**
 * Simplifications. Each returns its argument when there is nothing left to simplify, and reaches that point after finitely
 * many calls: otherwise shrinking would not end.
 *
 * @module
 */

/** Times are rounded to multiples of these, in ms, the coarsest first. */
const ROUND_MS = [1000, 100, 10];

/** Snapshots after this many entries: more than any run has, so no node takes one. */
const NO_SNAPSHOTS = 1_000_000;

/** Simplifications of one fault. */
export const simplerFault: readonly ((fault: PlannedFault) => PlannedFault)[] = [
  (fault) => ({ ...fault, at: halved(fault.at) }),
  ...ROUND_MS.map((unit) => (fault: PlannedFault): PlannedFault => ({
    ...fault,
    at: rounded(fault.at, unit),
  })),
  (fault) => (fault.for === undefined ? fault : { ...fault, for: halved(fault.for) }),
  (fault) => ("downMs" in fault ? { ...fault, downMs: halved(fault.downMs) } : fault),
  (fault) => ("share" in fault ? { ...fault, share: 1 } : fault),
  withNarrowRange,
  (fault) => without(fault, "when"),
  (fault) => ("in" in fault ? { ...fault, in: oneLess(fault.in) } : fault),
  (fault) => ("out" in fault ? { ...fault, out: oneLess(fault.out) } : fault),
  (fault) => without(fault, "tail"),
  (fault) => without(fault, "point"),
  (fault) => (fault.type === "crashAll" ? fault : without(fault, "kept")),
];

/** Simplifications of one operation. */
export const simplerOperation: readonly ((one: PlannedOperation) => PlannedOperation)[] = [
  (one) => ({ ...one, at: halved(one.at) }),
  ...ROUND_MS.map((unit) => (one: PlannedOperation): PlannedOperation => ({
    ...one,
    at: rounded(one.at, unit),
  })),
  (one) => ({ ...one, client: 0 }),
];

/** Simplifications of the scenario. The time for the healed cluster to settle stays: a shorter one causes failures. */
export const simplerScenario: readonly ((plan: Plan) => Plan)[] = (
  [
    (scenario) => ({ ...scenario, nemesis: undefined, faults: [] }),
    ({ expect, ...scenario }) => ({
      ...scenario,
      expect: { ...withoutCampaign(expect), atLeast: {}, atMost: {} },
    }),
    ({ expect, ...scenario }) => ({ ...scenario, expect: { ...expect, linearizable: false } }),
    ({ cluster, ...scenario }) => ({ ...scenario, cluster: { ...cluster, leases: undefined } }),
    ({ cluster, ...scenario }) => ({
      ...scenario,
      cluster: { ...cluster, snapshotEntries: NO_SNAPSHOTS },
    }),
    ({ network, ...scenario }) => ({
      ...scenario,
      network: { latencyMs: single(network.latencyMs) },
    }),
    ({ disk, ...scenario }) => ({ ...scenario, disk: { syncMs: single(disk.syncMs) } }),
    ({ network, ...scenario }) => ({
      ...scenario,
      network: { latencyMs: short(network.latencyMs) },
    }),
    ({ disk, ...scenario }) => ({ ...scenario, disk: { syncMs: short(disk.syncMs) } }),
    (scenario) => ({ ...scenario, durationMs: halved(scenario.durationMs) }),
  ] satisfies ((scenario: Scenario) => Scenario)[]
).map((simpler) => (plan) => ({ ...plan, scenario: simpler(plan.scenario) }));

function withoutCampaign({ campaign: _campaign, ...rest }: Scenario["expect"]): Scenario["expect"] {
  return rest;
}

function rounded(ms: number, unit: number): number {
  return Math.floor(ms / unit) * unit;
}

function oneLess(count: number): number {
  return count <= 0 ? count : count - 1;
}

/** At least 1: a duration of 0 may mean something else. */
function halved(ms: number): number {
  return ms <= 1 ? ms : Math.floor(ms / 2);
}

/** Narrows a range of times. Only a clock step has a single time. */
function withNarrowRange(fault: PlannedFault): PlannedFault {
  if (!("ms" in fault) || typeof fault.ms === "number") return fault;
  return { ...fault, ms: narrowed(fault.ms) } as PlannedFault;
}

/** A single time, but none of 0 ms: where neither letters nor disks take time, a run may never come to its next moment. */
function single([least, most]: Range): Range {
  const ms = Math.min(Math.max(least, 1), most);
  return [ms, ms];
}

/** One millisecond, for a single time that is longer. */
function short([least, most]: Range): Range {
  return least === most && least > 1 ? [1, 1] : [least, most];
}

function narrowed([least]: Range): Range {
  return [least, least];
}

/** A fault without an optional field. */
function without(fault: PlannedFault, name: string): PlannedFault {
  if (!(name in fault)) return fault;
  return Object.fromEntries(
    Object.entries(fault).filter(([field]) => field !== name),
  ) as PlannedFault;
}
