import type { Scenario } from "../scenario/scenario.ts";
import type { Report } from "./report.ts";

type Reported = Parameters<Report>[0];

/**
 * Why the timing of a scenario may keep it from electing a leader, for people; undefined if a vote and its answer take less than
 * the shortest election timeout. A cluster has a steady leader only if that time is far less (§5.6, dissertation 3.9).
 */
function slowBroadcast({ nodes, cluster, network }: Scenario): string | undefined {
  const [least, most] = network.latencyMs.map((ms) => 2 * ms) as [number, number];
  const { electionTimeoutMs } = cluster;
  if (nodes === 1 || most < electionTimeoutMs) return undefined;
  // Timeouts are drawn up to twice the shortest.
  const effect = least < 2 * electionTimeoutMs ? "elections may fail" : "no election can succeed";
  const takes = least === most ? `${most}` : `${least} to ${most}`;
  return (
    `a vote and its answer take ${takes} ms on this network and the election timeout is ${electionTimeoutMs} ms, so ` +
    `${effect}: give a longer electionTimeout or a shorter latency (dissertation 3.9)`
  );
}

/** A violation of liveness tells when the timing of the scenario may be its cause. Any other stays as it is. */
export function withTiming(scenario: Scenario, violation: Reported): Reported {
  const slow = violation.check === "liveness" ? slowBroadcast(scenario) : undefined;
  return slow === undefined ? violation : { ...violation, text: `${violation.text}; ${slow}` };
}
