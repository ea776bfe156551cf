import { samePlain } from "../history/plain.ts";
import type { Plan, PlannedFault } from "../plan/plan.ts";
import type { Fault } from "../scenario/fault.ts";
import { COUNTED_ON_THREADS } from "./live-coverage.ts";
import { whyNotOnThreads } from "./on-threads.ts";

/** What faults and networks count of themselves, on threads too. */
const COUNTED_BY_FAULTS = [
  "began.",
  "change.",
  "fell.",
  "ended.",
  "letters.",
  "partition.",
  "skipped.",
];

/**
 * What a run on threads cannot show of what its scenario demands, one line each. A fault that the seed drew is only left
 * out; one that the scenario names is missed.
 */
export function doubtsOnThreads({ scenario, faults }: Plan): readonly string[] {
  const missed = scenario.faults.flatMap((fault) => {
    const why = whyNotOnThreads(fault);
    return why !== undefined && faults.some((planned) => isPlanOf(planned, fault))
      ? [`${fault.type} at ${fault.at} ms was left out: ${why}`]
      : [];
  });
  const uncounted = Object.keys(scenario.expect.atLeast)
    .filter((name) => !isCounted(name))
    .map((name) => `${name} cannot be counted on threads, and the scenario asks for it`);
  return [
    ...missed,
    ...uncounted,
    ...(scenario.cluster.preVote ? [] : ["threads always ask for pre-votes"]),
  ];
}

/** Whether a run on threads counts what has this name. */
export function isCounted(name: string): boolean {
  return (
    COUNTED_ON_THREADS.includes(name) ||
    COUNTED_BY_FAULTS.some((beginning) => name.startsWith(beginning))
  );
}

function isPlanOf(planned: PlannedFault, fault: Fault): boolean {
  return samePlain(planned, { ...fault, id: planned.id });
}
