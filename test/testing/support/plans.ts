import type { Plan, PlannedOperation } from "../../../packages/testing/src/plan/plan.ts";
import type { Expectations, Scenario } from "../../../packages/testing/src/scenario/scenario.ts";

const SCENARIO: Scenario = {
  name: "made-by-hand",
  about: "Events are made by hand.",
  nodes: 3,
  cluster: {
    electionTimeoutMs: 150,
    heartbeatMs: 30,
    preVote: true,
    snapshotEntries: 100,
    keptEntries: 10,
    maxAppendBytes: 1000,
    maxInflight: 4,
    segmentBytes: 1000,
    leases: undefined,
  },
  network: { latencyMs: [1, 2] },
  disk: { syncMs: [1, 2] },
  workload: {
    clients: 1,
    perSecond: 10,
    keys: 1,
    mix: { put: 1, get: 1, append: 1, compareAndSet: 1, delete: 1 },
    reads: "linearizable",
    valueBytes: 10,
    timeoutMs: 1000,
  },
  faults: [],
  nemesis: undefined,
  durationMs: 1000,
  settleMs: 1000,
  expect: { atLeast: {}, atMost: {}, linearizable: true },
};

/** A plan of three nodes with these expectations. */
export function plan(expect: Partial<Expectations> = {}): Plan {
  const scenario = { ...SCENARIO, expect: { ...SCENARIO.expect, ...expect } };
  return { scenario, seed: 1, nodes: 3, faults: [], operations: [] };
}

/** A planned operation of client 0. */
export function planned(id: number, command: unknown, read = false): PlannedOperation {
  return { id, at: 0, client: 0, command, read };
}
