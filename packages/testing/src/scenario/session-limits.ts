import type { NodeLimits } from "@kontiki/actors/node";
import type { ClusterSettings } from "./scenario.ts";

/** The session limits of the usual nodes that a scenario does not give are out of reach of any run. */
const OUT_OF_REACH = 1_000_000;

/** When sessions of clients end, if the scenario says anything about it. */
export function sessionLimits({ limits }: ClusterSettings): NodeLimits["sessions"] | undefined {
  const { sessions, sessionEntries } = limits ?? {};
  if (sessions === undefined && sessionEntries === undefined) return undefined;
  return {
    sessionsMax: sessions ?? OUT_OF_REACH,
    idleEntries: sessionEntries ?? OUT_OF_REACH,
  };
}
