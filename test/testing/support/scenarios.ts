import type {
  ClusterSettings,
  Nemesis,
  Scenario,
} from "../../../packages/testing/src/scenario/scenario.ts";

export const CLUSTER: ClusterSettings = {
  electionTimeoutMs: 150,
  heartbeatMs: 50,
  preVote: true,
  snapshotEntries: 100,
  keptEntries: 10,
  maxAppendBytes: 65_536,
  maxInflight: 16,
  segmentBytes: 65_536,
  leases: undefined,
};

/** A scenario of five nodes and no operations. */
export function scenarioWith(
  nemesis: Nemesis | undefined,
  changes: Partial<Scenario> = {},
): Scenario {
  return {
    name: "test",
    about: "A test.",
    nodes: 5,
    cluster: CLUSTER,
    network: { latencyMs: [1, 1] },
    disk: { syncMs: [1, 1] },
    workload: {
      clients: 0,
      perSecond: 0,
      keys: 1,
      mix: { put: 1, get: 0, append: 0, compareAndSet: 0, delete: 0 },
      reads: "log",
      valueBytes: 1,
      timeoutMs: 1000,
    },
    faults: [],
    nemesis,
    durationMs: 10_000,
    settleMs: 10_000,
    expect: { atLeast: {}, atMost: {}, linearizable: true },
    ...changes,
  };
}
