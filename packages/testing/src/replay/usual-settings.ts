import { isDeepStrictEqual } from "#platform";
import type { Plan } from "../plan/plan.ts";
import { defineScenario } from "../scenario/define.ts";
import type { ClusterSettings, Scenario } from "../scenario/scenario.ts";

const USUAL: Scenario = defineScenario({ name: "usual" });

/** Settings of the cluster that change together: a heartbeat must fit into an election timeout. */
const CLUSTER: readonly (readonly (keyof ClusterSettings)[])[] = [
  ["electionTimeoutMs", "heartbeatMs"],
  ["preVote"],
  ["keptEntries"],
  ["maxAppendBytes"],
  ["maxInflight"],
  ["segmentBytes"],
  ["leases"],
  ["limits"],
  ["turnDelayMs"],
  ["obituaryMs"],
];

type Change = (scenario: Scenario) => Scenario;

/** Each gives one setting its usual value. */
const CHANGES: readonly Change[] = [
  ...CLUSTER.map((names): Change => ({ cluster, ...scenario }) => ({
    ...scenario,
    cluster: withUsual(cluster, names),
  })),
  // More than the usual number is no sign of a knob: the simplest plan takes no snapshot.
  ({ cluster, ...scenario }) => ({
    ...scenario,
    cluster: {
      ...cluster,
      snapshotEntries: Math.max(cluster.snapshotEntries, USUAL.cluster.snapshotEntries),
    },
  }),
  // A single time is simpler than the usual range.
  ({ network, ...scenario }) => ({
    ...scenario,
    network: isSingle(network.latencyMs) ? network : USUAL.network,
  }),
  ({ disk, ...scenario }) => ({ ...scenario, disk: isSingle(disk.syncMs) ? disk : USUAL.disk }),
  ({ workload, ...scenario }) => ({
    ...scenario,
    workload: { ...workload, timeoutMs: USUAL.workload.timeoutMs, reads: USUAL.workload.reads },
  }),
  ({ workload: { gatherMs: _gatherMs, ...workload }, ...scenario }) => ({ ...scenario, workload }),
];

/** Changes of a plan, one for each setting that does not have its usual value. */
export function towardsUsual({ scenario }: Plan): readonly ((plan: Plan) => Plan)[] {
  return CHANGES.filter((change) => !isDeepStrictEqual(change(scenario), scenario)).map(
    (change) => (plan) => ({ ...plan, scenario: change(plan.scenario) }),
  );
}

function withUsual(
  cluster: ClusterSettings,
  names: readonly (keyof ClusterSettings)[],
): ClusterSettings {
  const kept = Object.entries(cluster).filter(
    ([name]) => !names.includes(name as keyof ClusterSettings),
  );
  const usual = names.flatMap((name) =>
    name in USUAL.cluster ? [[name, USUAL.cluster[name]]] : [],
  );
  return Object.fromEntries([...kept, ...usual]) as ClusterSettings;
}

function isSingle([least, most]: readonly [number, number]): boolean {
  return least === most;
}
