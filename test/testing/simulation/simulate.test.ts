import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { KeyValue, type StateMachine } from "@kontiki/actors/node";
import { describe, expect, test } from "vitest";
import { simulate } from "../../../packages/testing/src/runs/simulate.ts";
import { Simulation } from "../../../packages/testing/src/runs/simulation.ts";
import { CLUSTER } from "../support/scenarios.ts";
import { puts, simPlan, SimStage } from "../support/sim-stage.ts";

const SHORT = { durationMs: 1000, settleMs: 5000 };

describe("when the time of faults is over", () => {
  test("nodes that are down start, paused nodes resume, and all faults end", () => {
    const stage = new SimStage(simPlan(SHORT, { operations: puts(40) }));
    const [one, two, three] = stage.world.nodes;
    if (one === undefined || two === undefined || three === undefined) throw new Error("no nodes");
    stage.elect();
    stage.world.crash(one, "a test", "nothing");
    stage.world.pause(two);
    stage.simulation.nemesis.perform({
      id: 0,
      at: 0,
      type: "partition",
      shape: "isolate",
      node: three,
    });
    expect(stage.finish()).toEqual([]);
    expect(stage.world.nodes.map((node) => stage.world.isRunning(node))).toEqual([
      true,
      true,
      true,
    ]);
    expect(stage.of("faultEnded")).toHaveLength(1);
    expect(stage.happened.at(-1)?.type).toBe("settled");
  });

  test("no more operations and no more faults begin", () => {
    const faults = Array.from(
      { length: 100 },
      (_none, id) => ({ id, at: 20 * id, type: "snapshot", node: "all" }) as const,
    );
    const stage = new SimStage(simPlan({ durationMs: 60_000 }, { operations: puts(100), faults }));
    const leader = stage.elect();
    stage.run(200);
    stage.world.crash(leader, "a test", undefined);
    expect(stage.finish()).toEqual([]);
    const [healed] = stage.of("healed");
    const late = stage.of("called", "faultBegan").map(({ at }) => at > (healed?.at ?? 0));
    expect(late.length).toBeGreaterThan(20);
    expect(new Set(late)).toEqual(new Set([false]));
    expect(stage.simulation.now).toBeGreaterThan((healed?.at ?? 0) + 40);
  });

  test("the run ends as soon as everything is answered and all nodes agree", () => {
    const result = simulate(simPlan(SHORT, { operations: puts(40) }));
    expect(result).toMatchObject({ verdict: "valid", violations: [], doubts: [] });
    expect(result.virtualMs).toBeGreaterThanOrEqual(1000);
    expect(result.virtualMs).toBeLessThan(1200);
    expect(result.history.operations).toHaveLength(40);
  });

  test("a cluster that does not become live again in time has failed", () => {
    const faults = [
      { id: 0, at: 900, type: "crashAll", kept: "nothing", mail: false, downMs: 5000 },
    ] as const;
    const plan = simPlan({ ...SHORT, settleMs: 20 }, { operations: puts(40), faults });
    const { verdict, violations, virtualMs } = simulate(plan);
    expect({ verdict, virtualMs, checks: violations.map(({ check, at }) => [check, at]) }).toEqual({
      verdict: "violated",
      virtualMs: 1020,
      checks: [["liveness", 1020]],
    });
    const { scenario } = plan;
    expect(simulate({ ...plan, scenario: { ...scenario, settleMs: 5000 } }).verdict).toBe("valid");
  });
});

describe("a node that fails without a fault", () => {
  /** A machine that cannot give a snapshot. */
  const machine = (): StateMachine => {
    const whole = new KeyValue();
    return {
      apply: (command) => whole.apply(command as never),
      snapshot: () => {
        throw new Error("it is broken");
      },
      restore: () => {},
    };
  };
  const plan = simPlan(
    { ...SHORT, cluster: { ...CLUSTER, snapshotEntries: 5 } },
    { operations: puts(40) },
  );

  test("is a violation, and ends the run", () => {
    const { verdict, violations, virtualMs } = simulate(plan, {
      machine,
      specification: undefined,
    });
    expect(verdict).toBe("violated");
    expect(violations).toHaveLength(1);
    expect(violations).toMatchObject([{ check: "state machine", at: virtualMs }]);
    expect(violations[0]?.text).toMatch(/^n\d: .*it is broken/);
    expect(virtualMs).toBeLessThan(1000);
  });

  test("does not end a run that continues after violations", () => {
    const { violations, virtualMs } = simulate(plan, {
      machine,
      specification: undefined,
      stopAtFirst: false,
    });
    expect(violations.length).toBeGreaterThan(1);
    expect(virtualMs).toBeGreaterThanOrEqual(1000);
  });

  test("is a violation too when its core throws", () => {
    const stage = new SimStage(simPlan(SHORT, { operations: puts(40) }));
    const leader = stage.elect();
    Object.defineProperty(stage.actor(leader).log, "lastIndex", { get: () => -1 });
    stage.run(500);
    expect(stage.simulation.isOver).toBe(true);
    expect(stage.simulation.violations).toMatchObject([{ check: "assertion" }]);
  });
});

test("a letter that a node cannot read is a violation", () => {
  const stage = new SimStage(simPlan(SHORT));
  const [to, from] = [stage.elect(), stage.follower()];
  const incarnation = stage.world.all.find(({ id }) => id === from)?.process?.incarnation ?? 0;
  stage.world.network.send({ to, from, incarnation, bytes: Uint8Array.of(0xc1) });
  stage.run(500);
  expect(stage.simulation.isOver).toBe(true);
  expect(stage.simulation.violations).toMatchObject([
    { check: "assertion", text: `${to}: it cannot read a letter` },
  ]);
});

test("the memory of an idle cluster does not grow with time", () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const simulation = new Simulation(simPlan({ durationMs: 700_000 }));
  const heapAt = (ms: number): number => {
    while (simulation.now < ms && simulation.step());
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = heapAt(60_000);
  const after = heapAt(660_000);
  expect(simulation.events).toBeGreaterThan(50_000);
  expect(after - before).toBeLessThan(2 * 1024 * 1024);
});
