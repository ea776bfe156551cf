import type { Complaint } from "./complaint.ts";
import type { Scenario } from "./scenario.ts";

/**
 * What keeps a scenario from having a history, although its history is to be judged: its verdict would be valid whatever the
 * cluster does. Only for a scenario that runs by itself: what a test asks in a session is a history as well.
 */
export function nothingToJudge(scenario: Scenario): readonly Complaint[] {
  const { workload, durationMs, expect } = scenario;
  const { clients, perSecond } = workload;
  if (!expect.linearizable || (clients > 0 && operationsOf(scenario) > 0)) return [];
  const [field, value] = clients === 0 ? ["clients", clients] : ["perSecond", perSecond];
  const text = `is ${value}: no client asks anything in ${durationMs}ms, so there is no history to judge: give more, or expect: { linearizable: false }`;
  return [{ path: ["workload", field ?? ""], on: "value", text }];
}

/** How many operations its clients ask. */
export function operationsOf({ workload, durationMs }: Scenario): number {
  return Math.floor((workload.perSecond * durationMs) / 1000);
}
