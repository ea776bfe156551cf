import { samePlain } from "../history/plain.ts";
import type { Plan, PlannedFault } from "../plan/plan.ts";
import type { Fault } from "../scenario/fault.ts";
import { COUNTED_ON_THREADS } from "./live-coverage.ts";
import { objectionOnThreads } from "./on-threads.ts";

/** Beginnings of the names that faults and networks count by themselves, on threads too. */
const COUNTED_BY_FAULTS = [
  "began.",
  "change.",
  "clock.",
  "disk.",
  "fell.",
  "ended.",
  "letters.",
  "partition.",
  "skipped.",
];

/**
 * What the scenario demands and a run on threads cannot show, one line each. A fault that the seed drew may be skipped
 * silently; one that the scenario names is a doubt.
 */
export function doubtsOnThreads({ scenario, faults }: Plan): readonly string[] {
  const missed = scenario.faults.flatMap((fault) => {
    const objection = objectionOnThreads(fault);
    return objection !== undefined && faults.some((planned) => isPlanOf(planned, fault))
      ? [`${fault.type} at ${fault.at} ms was skipped: ${objection}`]
      : [];
  });
  const { atLeast, campaign = {}, atMost } = scenario.expect;
  return [
    ...missed,
    ...uncounted(atLeast, "demands it"),
    ...uncounted(campaign, "demands it"),
    ...uncounted(atMost, "limits it"),
    ...(scenario.cluster.preVote ? [] : ["threads always ask for pre-votes"]),
  ];
}

/** A count that threads lack is 0 there, which neither meets a demand nor stays within a limit. */
function uncounted(counts: Readonly<Record<string, number>>, does: string): readonly string[] {
  return Object.keys(counts)
    .filter((name) => !isCounted(name))
    .map((name) => `${name} cannot be counted on threads, but the scenario ${does}`);
}

/** Whether a run on threads has a count of this name. */
export function isCounted(name: string): boolean {
  return (
    COUNTED_ON_THREADS.includes(name) ||
    COUNTED_BY_FAULTS.some((beginning) => name.startsWith(beginning))
  );
}

function isPlanOf(planned: PlannedFault, fault: Fault): boolean {
  return samePlain(planned, { ...fault, id: planned.id });
}
