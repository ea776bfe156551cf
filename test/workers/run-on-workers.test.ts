import {
  defineScenario,
  planOf,
  planOfParts,
  runOnWorkers,
  type Plan,
  type RunResult,
  type ScenarioInput,
  type Specification,
} from "@kontiki/testing";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { machine, temporaryFolder } from "./support/clusters.ts";

function plan(input: ScenarioInput, seed = 1): Plan {
  return planOf(defineScenario({ name: "test", duration: "1s", ...input }), seed);
}

/**
 * Runs a plan up to three times, until a run shows what it is to show: a busy machine may not let one do so, and the next one
 * is longer. Nothing may be violated in any of them.
 */
async function runUntil(
  isShown: (run: RunResult) => boolean,
  plan: Plan,
  folder?: string,
): Promise<RunResult> {
  for (let tries = 1; ; tries += 1) {
    const dataDir = folder === undefined ? {} : { dataDir: join(folder, `run${tries}`) };
    const durationMs = plan.scenario.durationMs * 3 ** (tries - 1);
    const run = await runOnWorkers(
      { ...plan, scenario: { ...plan.scenario, durationMs } },
      dataDir,
    );
    expect(run.violations).toEqual([]);
    if (tries === 3 || (run.verdict === "valid" && isShown(run))) return run;
  }
}

const begunIn = ({ coverage }: RunResult): readonly string[] =>
  Object.keys(coverage).filter((name) => name.startsWith("began."));

test.concurrent(
  "each fault that threads can have happens to them, and the clients' history is linearizable",
  async () => {
    const run = await runUntil(
      (each) => begunIn(each).length >= 10,
      plan({
        nodes: 5,
        duration: "4s",
        cluster: { snapshotEntries: 20, keptEntries: 2 },
        faults: [
          { at: 0, loss: "5%" },
          { at: 0, delay: "0ms..5ms" },
          { at: 0, duplicate: "5%" },
          { at: 0, reorder: "5%" },
          { at: 0, replay: "5%" },
          { at: 400, for: 500, partition: { shape: "isolate", node: "leader" } },
          { at: 1000, for: 400, oneWay: { to: "leader" } },
          { at: 1500, for: 300, clog: "follower" },
          { at: 1600, for: 400, pause: "follower" },
          { at: 2000, crash: { node: "leader", down: 300 } },
          { at: 2400, stop: { node: "follower", down: 300 } },
          { at: 2500, snapshot: "all" },
          { at: 2600, compact: "all" },
          { at: 2800, transfer: {} },
          { at: 3000, add: {} },
        ],
      }),
    );
    const { verdict, coverage, history, virtualMs } = run;
    expect(verdict).toBe("valid");
    // No node may lead, or run, just when a fault is to begin: most of them have begun.
    expect(begunIn(run).length).toBeGreaterThanOrEqual(10);
    for (const name of ["letters.lost.loss", "letters.duplicated", "letters.delayed"])
      expect(coverage).toHaveProperty([name]);
    expect(history.marks.filter(({ type }) => type === "leader").length).toBeGreaterThan(0);
    expect(history.marks.filter(({ type }) => type === "fault").length).toBeGreaterThanOrEqual(10);
    // Every key is read once more when all is over.
    const last = history.operations.filter(({ process }) => process === "c5");
    expect(last.map(({ input }) => input.f)).toEqual(["get", "get", "get"]);
    expect(virtualMs).toBeGreaterThanOrEqual(4000);
  },
  240_000,
);

test.concurrent(
  "faults of disks, clocks and points of a turn happen, and what was acknowledged is there",
  async () => {
    const run = await runUntil(
      (each) => begunIn(each).length >= 7 && each.coverage["disk.slowed"] !== undefined,
      plan({
        nodes: 3,
        duration: "3s",
        workload: { clients: 2, perSecond: 60 },
        faults: [
          { at: 200, for: 200, diskError: { node: "follower", operation: "sync" } },
          { at: 500, for: 200, diskFull: "leader" },
          { at: 700, for: 300, slowDisk: { node: "follower", by: "5ms..10ms" } },
          { at: 900, for: 200, stallDisk: "follower" },
          { at: 1200, crash: { node: "follower", kept: "torn", down: 100 } },
          { at: 1500, crash: { node: "follower", point: "inSync", kept: "nothing", down: 100 } },
          { at: 1800, for: 300, drift: { node: "leader", rate: 1.05 } },
          { at: 1900, step: { node: "follower", by: "1s" } },
          { at: 2100, for: 100, bitRot: "follower" },
          { at: 2400, for: 100, when: "cuts", pause: "follower" },
        ],
      }),
    );
    const { verdict, doubts, coverage, recoveries } = run;
    expect(doubts).toEqual([]);
    expect(verdict).toBe("valid");
    // No node may lead, or a node may be down, just when a fault is to begin: most of them have begun.
    expect(begunIn(run).length).toBeGreaterThanOrEqual(7);
    expect(coverage).toHaveProperty(["disk.slowed"]);
    const crashed = (recoveries ?? []).filter(({ recoveredAt }) => recoveredAt !== null);
    expect(crashed.length).toBeGreaterThanOrEqual(1);
    for (const { crashedAt, detectedAt, restartedAt, recoveredAt, caughtUpAt } of crashed) {
      // A run may end before a node has caught up.
      const parts = [
        crashedAt,
        detectedAt ?? -1,
        restartedAt ?? -1,
        recoveredAt,
        caughtUpAt ?? Infinity,
      ];
      expect(parts).toEqual(parts.toSorted((one, other) => Number(one) - Number(other)));
    }
  },
  240_000,
);

test.concurrent(
  "what a scenario demands and limits is counted, on disks in folders too",
  async () => {
    const { verdict, doubts, coverage } = await runUntil(
      (run) =>
        (run.coverage["swap.refused"] ?? 0) >= 2 && (run.coverage["membership.begun"] ?? 0) >= 2,
      plan({
        nodes: 5,
        duration: "2500ms",
        cluster: { electionTimeout: "100ms", heartbeat: "20ms" },
        faults: [
          { at: 100, swapDisks: "follower" },
          { at: 400, transfer: "follower" },
          { at: 600, reshape: { in: 1, out: 1, demote: 1 } },
          { at: 1200, for: 600, oneWay: { to: "leader" } },
          { at: 2000, swapDisks: "leader" },
        ],
        expect: {
          atLeast: { reads: 1, "elections.preVotes": 1, "transfers.told": 1, "change.done": 1 },
          atMost: { "swap.accepted": 0, throws: 0 },
        },
      }),
      temporaryFolder(),
    );
    expect({ verdict, doubts }).toEqual({ verdict: "valid", doubts: [] });
    expect(coverage["swap.refused"]).toBeGreaterThanOrEqual(2);
    expect(coverage["membership.begun"]).toBeGreaterThanOrEqual(2);
  },
  240_000,
);

test("a scenario may demand a vote without the question before it", async () => {
  const { verdict, doubts, coverage } = await runOnWorkers(
    plan({
      duration: "300ms",
      cluster: { preVote: false },
      expect: { atLeast: ["began.pause"], atMost: { "elections.preVotes": 0 } },
    }),
  );
  expect({ verdict, doubts }).toEqual({
    verdict: "unknown",
    doubts: ["began.pause: 0, but the scenario demands 1 or more"],
  });
  expect(coverage["elections.won"]).toBeGreaterThanOrEqual(1);
});

test("a fault that finds no node is skipped without a doubt", async () => {
  const { verdict, doubts, coverage } = await runOnWorkers(
    plan({ nodes: 1, duration: "300ms", faults: [{ at: 100, swapDisks: "n1" }] }),
  );
  expect({ verdict, doubts }).toEqual({ verdict: "valid", doubts: [] });
  expect(coverage).toMatchObject({ "skipped.swapDisks": 1 });
});

test("a custom machine is judged by its own specification", async () => {
  const commands = (): { command: unknown } => ({ command: { type: "add", id: 1 } });
  const scenario = defineScenario({ name: "counter", nodes: 1, duration: "500ms" });
  const counted = planOfParts({ scenario, commands }, 1);
  const specification = (step: number): Specification => ({
    callOf: () => ({ f: "add", value: null }),
    model: {
      name: "counter",
      init: 0,
      step: (count, _input, output) => {
        const next = (count as number) + step;
        return output === undefined || output === next ? next : undefined;
      },
      key: (count) => count as number,
      describe: (_input, output) => `add -> ${JSON.stringify(output)}`,
      describeState: String,
      interpret: (operation) => ({
        input: null,
        output: operation.status === "ok" ? operation.output : undefined,
      }),
    },
  });
  const stateMachine = machine("counter.mjs");
  const right = await runOnWorkers(counted, { stateMachine, specification: specification(1) });
  expect(right).toMatchObject({ verdict: "valid", violations: [] });
  const wrong = await runOnWorkers(counted, { stateMachine, specification: specification(2) });
  expect(wrong).toMatchObject({ verdict: "violated", violations: [{ check: "linearizable" }] });
  const none = await runOnWorkers(counted, { stateMachine });
  expect(none.doubts).toEqual([
    'the history is not judged, because the state machine has no model: give a specification, or specification: "none"',
  ]);
});

test("a node that crashes by itself, and a cluster that does not recover, are violations", async () => {
  const orders = temporaryFolder();
  writeFileSync(join(orders, "n1"), "exit 3");
  const commands = (): { command: unknown } => ({ command: "a" });
  const scenario = defineScenario({
    name: "obedient",
    nodes: 1,
    duration: "300ms",
    settle: "300ms",
    workload: { clients: 1, perSecond: 10, timeout: "200ms" },
  });
  const run = await runOnWorkers(planOfParts({ scenario, commands }, 1), {
    stateMachine: machine("obedient.mjs", { orders }),
  });
  const { verdict, violations } = run;
  expect(verdict).toBe("violated");
  expect(violations[0]).toMatchObject({
    check: "assertion",
    text: "n1 crashed: the thread ended with exit code 3",
  });
  // On a machine that is too busy the crashes are certain, and the rest is not.
  const isInDoubt = run.doubts.some((doubt) => doubt.startsWith("the machine was too busy"));
  expect(violations.some(({ check }) => check === "liveness")).toBe(!isInDoubt);
});

test("nodes that end with different states are a violation", async () => {
  const commands = (): { command: unknown } => ({ command: "a" });
  const scenario = defineScenario({ name: "own_name", duration: "500ms" });
  const { verdict, violations } = await runOnWorkers(planOfParts({ scenario, commands }, 1), {
    stateMachine: machine("own-name.mjs"),
  });
  expect(verdict).toBe("violated");
  expect(violations).toMatchObject([
    {
      check: "State Machine Safety",
      text: expect.stringMatching(/^after entry \d+ the states differ: n1 \w{8}, n2/) as string,
    },
  ]);
});
