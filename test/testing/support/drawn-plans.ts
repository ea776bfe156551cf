import fc from "fast-check";
import {
  Chance,
  type Plan,
  type PlannedFault,
  type PlannedOperation,
  type RunResult,
  type Scenario,
} from "@kontiki/testing";

/** A scenario for tests that do not run it. */
export const scenario: Scenario = {
  name: "sample",
  about: "For tests that do not run it",
  nodes: 5,
  cluster: {
    electionTimeoutMs: 300,
    heartbeatMs: 100,
    preVote: true,
    snapshotEntries: 50,
    keptEntries: 10,
    maxAppendBytes: 1_048_576,
    maxInflight: 256,
    segmentBytes: 65_536,
    leases: undefined,
  },
  network: { latencyMs: [1, 9] },
  disk: { syncMs: [1, 3] },
  workload: {
    clients: 3,
    perSecond: 50,
    keys: 4,
    mix: { put: 2, get: 1, append: 1, compareAndSet: 1, delete: 1 },
    reads: "linearizable",
    valueBytes: 8,
    timeoutMs: 2000,
  },
  faults: [],
  nemesis: { faults: ["crash", "partition"], swarm: true, everyMs: [100, 900], lastMs: [50, 500] },
  durationMs: 8000,
  settleMs: 5000,
  expect: { atLeast: { commits: 1 }, atMost: {}, linearizable: true },
};

/** A plan with these numbers of faults and operations: the same for the same seed. */
export function drawPlan(of: Scenario, seed: number, faults = 12, operations = 80): Plan {
  const chance = new Chance(seed);
  const at = (): number => chance.below(of.durationMs);
  return {
    scenario: of,
    seed,
    nodes: of.nodes,
    faults: Array.from({ length: faults }, (_none, id) => faultAt(chance, id, at())),
    operations: Array.from({ length: operations }, (_none, id) => ({
      id,
      at: at(),
      client: chance.below(3),
      command: { type: "put", key: `k${chance.below(4)}`, value: `v${id}` },
      read: false,
    })),
  };
}

function faultAt(chance: Chance, id: number, at: number): PlannedFault {
  const node = `n${chance.between(1, 5)}`;
  const length = chance.between(50, 500);
  return chance.happens(0.5)
    ? { id, type: "crash", node, kept: "torn", downMs: length, at }
    : { id, type: "partition", shape: "isolate", node, at, for: length };
}

/** The result of an invented run. */
export function resultOf(checks: readonly string[], at = 7999): RunResult {
  return {
    verdict: checks.length === 0 ? "valid" : "violated",
    violations: checks.map((check) => ({ check, text: `${check} is broken`, at })),
    doubts: [],
    hash: "0123456789abcdef",
    events: 1,
    virtualMs: 8000,
    coverage: {},
    history: { operations: [], marks: [], unit: "ms" },
  };
}

const plain = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.string({ unit: "grapheme" }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 20 }),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("key", "value", "to"), tie("value"), { noNullPrototype: true }),
  ),
})).value;

const operation: fc.Arbitrary<PlannedOperation> = fc.record({
  id: fc.nat(),
  at: fc.nat(20_000),
  client: fc.nat(9),
  command: plain,
  read: fc.boolean(),
});

/** Plans with commands of all kinds. */
export const plans: fc.Arbitrary<Plan> = fc.record({
  scenario: fc.constant(scenario),
  seed: fc.nat(2 ** 32 - 1),
  nodes: fc.integer({ min: 1, max: 9 }),
  faults: fc.nat(6).map((count) => drawPlan(scenario, count, count, 0).faults),
  operations: fc.array(operation, { maxLength: 30 }),
});
