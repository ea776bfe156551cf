import type { FaultType } from "../../../packages/testing/src/scenario/fault.ts";
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

/** Every kind of fault. The type of the record ensures that none is missing. */
export const FAULT_TYPES = Object.keys({
  partition: 1,
  oneWay: 1,
  delay: 1,
  loss: 1,
  duplicate: 1,
  reorder: 1,
  replay: 1,
  clog: 1,
  swizzle: 1,
  bandwidth: 1,
  diskError: 1,
  diskFull: 1,
  slowDisk: 1,
  stallDisk: 1,
  bitRot: 1,
  misdirect: 1,
  wipe: 1,
  swapDisks: 1,
  crash: 1,
  crashAll: 1,
  crashLoop: 1,
  stop: 1,
  pause: 1,
  drift: 1,
  step: 1,
  strobe: 1,
  add: 1,
  remove: 1,
  replace: 1,
  addLearner: 1,
  promote: 1,
  grow: 1,
  shrink: 1,
  transfer: 1,
  snapshot: 1,
  compact: 1,
} satisfies Record<FaultType, 1>) as FaultType[];

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
