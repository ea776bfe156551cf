import { afterEach, describe, expect, test, vi } from "vitest";
import type { Plan } from "../../../packages/testing/src/plan/plan.ts";
import { planOf } from "../../../packages/testing/src/plan/plan-of.ts";
import { simulate } from "../../../packages/testing/src/runs/simulate.ts";
import { FAULT_TYPES } from "../../../packages/testing/src/scenario/faults/table.ts";
import { scenarioWith } from "../support/scenarios.ts";
import { puts, simPlan, SimStage } from "../support/sim-stage.ts";

const SEEDS = Array.from({ length: 10 }, (_none, at) => at + 1);

const SWARM = scenarioWith(
  { faults: FAULT_TYPES, swarm: true, everyMs: [50, 400], lastMs: [50, 500] },
  {
    durationMs: 2000,
    workload: {
      clients: 3,
      perSecond: 50,
      keys: 3,
      mix: { put: 2, get: 2, append: 1, compareAndSet: 1, delete: 1 },
      reads: "linearizable",
      valueBytes: 8,
      timeoutMs: 1000,
    },
  },
);

function hashesOf(plans: readonly Plan[]): readonly string[] {
  return plans.map((plan) => simulate(plan).hash);
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("a run", () => {
  const plans = SEEDS.map((seed) => planOf(SWARM, seed));

  test("is the same each time, and different for each seed", () => {
    const once = hashesOf(plans);
    // In another order, because no run may affect the next.
    const again = hashesOf(plans.toReversed()).toReversed();
    expect(again).toEqual(once);
    expect(new Set(once).size).toBe(SEEDS.length);
  });

  test("takes time and chance only from the simulation", () => {
    const [plan] = plans;
    if (plan === undefined) throw new Error("there is no seed");
    const { hash } = simulate(plan);
    const forbidden = (name: string) => () => {
      throw new Error(`${name} is used`);
    };
    for (const name of [
      "Date",
      "setTimeout",
      "setInterval",
      "setImmediate",
      "queueMicrotask",
      "WeakRef",
    ])
      vi.stubGlobal(name, forbidden(name));
    vi.spyOn(Math, "random").mockImplementation(forbidden("Math.random"));
    vi.spyOn(performance, "now").mockImplementation(forbidden("performance.now"));
    vi.spyOn(process, "hrtime").mockImplementation(forbidden("process.hrtime"));
    vi.spyOn(crypto, "getRandomValues").mockImplementation(forbidden("crypto"));
    const again = simulate(plan);
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
    expect({ hash: again.hash, violations: again.violations }).toEqual({ hash, violations: [] });
  });
});

describe("streams of chance", () => {
  test("operations of clients and faults are drawn from separate streams", () => {
    const { workload } = SWARM;
    const asked = planOf({ ...SWARM, nemesis: undefined }, 1);
    const struck = planOf({ ...SWARM, workload: { ...workload, clients: 7, keys: 1 } }, 1);
    const both = planOf(SWARM, 1);
    expect([asked.operations, struck.faults]).toEqual([both.operations, both.faults]);
    expect(asked.operations.length).toBeGreaterThan(50);
    expect(struck.faults.length).toBeGreaterThan(5);
  });

  /** How long letters took on each link, in their order; unknown for a letter that waited for another. */
  function latencies(plan: Plan): Map<string, (number | undefined)[]> {
    const stage = new SimStage(plan);
    stage.run(2000);
    const sent = new Map<string, number[]>();
    const took = new Map<string, (number | undefined)[]>();
    let last = { link: "", at: -1 };
    for (const happening of stage.of("posted", "delivered")) {
      const { type, from, to, at } = happening;
      const link = `${from}>${to}`;
      if (type === "posted") sent.set(link, [...(sent.get(link) ?? []), at]);
      else {
        const before = sent.get(link)?.shift() ?? 0;
        const isHeldUp = last.link === link && last.at === at;
        took.set(link, [...(took.get(link) ?? []), isHeldUp ? undefined : at - before]);
        last = { link, at };
      }
    }
    return took;
  }

  test("an additional draw of a disk does not change the delay of a letter", () => {
    const base = { network: { latencyMs: [1, 9] }, disk: { syncMs: [1, 3] } } as const;
    const calm = simPlan(base, { operations: puts(60) });
    const slow = { id: 0, type: "slowDisk", node: "n3", ms: [5, 9], at: 0, for: 2000 } as const;
    const [one, other] = [latencies(calm), latencies({ ...calm, faults: [slow] })];
    let compared = 0;
    for (const [link, times] of one) {
      const others = other.get(link) ?? [];
      for (const [at, time] of times.entries()) {
        const another = others[at];
        if (time === undefined || another === undefined) continue;
        expect(another, `letter ${at} of ${link}`).toBeCloseTo(time, 2);
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(100);
  });

  test("removing a fault does not change what the others draw", () => {
    const operations = puts(40);
    const faults = [
      { id: 0, type: "crash", node: "any", kept: "some", downMs: 50, at: 500 },
      { id: 1, type: "loss", share: 0.3, at: 1200, for: 300 },
      { id: 2, type: "partition", shape: "halves", at: 1500, for: 100 },
    ] as const;
    const begun = (plan: Plan): readonly unknown[] => {
      const stage = new SimStage(plan);
      stage.run(2000);
      return stage
        .of("faultBegan")
        .filter(({ fault }) => fault.id === 2)
        .map(({ at, nodes }) => ({ at, nodes }));
    };
    const all = begun(simPlan({}, { operations, faults }));
    expect(all).toHaveLength(1);
    expect(begun(simPlan({}, { operations, faults: faults.slice(2) }))).toEqual(all);
  });
});
