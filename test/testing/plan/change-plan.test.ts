import { changedPlan } from "../../../packages/testing/src/plan/change-plan.ts";
import { decodeToken, loadScenario, planFrom, planOf, runToken, type Plan } from "@kontiki/testing";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { Scenario } from "../../../packages/testing/src/scenario/scenario.ts";
import { contradictionsIn } from "../../../packages/testing/src/scenario/contradictions.ts";

let swarm: Scenario;
beforeAll(async () => {
  swarm = await loadScenario("swarm");
});

const draw = (seed: number): Plan => planOf(swarm, seed);
const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const changes = fc.array(seeds, { minLength: 1, maxLength: 24 });

test("a plan without changes is the plan of its seed", () => {
  expect(changedPlan(draw(7), [], draw)).toEqual(draw(7));
});

test("the same changes give the same plan, and one more change continues from there", () => {
  const once = changedPlan(draw(7), [1, 2], draw);
  expect(changedPlan(draw(7), [1, 2], draw)).toEqual(once);
  expect(changedPlan(once, [3], draw)).toEqual(changedPlan(draw(7), [1, 2, 3], draw));
});

describe("a changed plan is a valid one", () => {
  test("its faults have different numbers, are within the run, and are at most 200", () => {
    fc.assert(
      fc.property(seeds, changes, (seed, numbers) => {
        const { faults, scenario } = changedPlan(draw(seed), numbers, draw);
        expect(new Set(faults.map(({ id }) => id)).size).toBe(faults.length);
        expect(faults.length).toBeLessThanOrEqual(200);
        expect(faults.filter(({ at }) => at < 0 || at >= scenario.durationMs)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test("its scenario has no contradiction, also with its faults", () => {
    fc.assert(
      fc.property(seeds, changes, (seed, numbers) => {
        const { faults, scenario } = changedPlan(draw(seed), numbers, draw);
        const known = contradictionsIn({ ...draw(seed).scenario, faults: draw(seed).faults });
        expect(contradictionsIn({ ...scenario, faults }).length).toBeLessThanOrEqual(known.length);
      }),
      { numRuns: 60 },
    );
  });

  test("its clocks drift within the bound that its leases set", () => {
    fc.assert(
      fc.property(seeds, changes, (seed, numbers) => {
        const { faults, scenario } = changedPlan(draw(seed), numbers, draw);
        const { leases } = scenario.cluster;
        if (leases === undefined) return;
        const rates = faults.flatMap((fault) => (fault.type === "drift" ? [fault.rate] : []));
        expect(rates.filter((rate) => rate < 1 || rate > 1 + leases.clockDrift)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test("its operations are some of those of the seed, perhaps at other times, or read elsewhere", () => {
    fc.assert(
      fc.property(seeds, changes, (seed, numbers) => {
        const before = new Map(draw(seed).operations.map((each) => [each.id, each]));
        const { nodes, operations } = changedPlan(draw(seed), numbers, draw);
        for (const { at: _at, reading, ...rest } of operations) {
          expect(before.get(rest.id)).toMatchObject(rest);
          expect(Number(reading?.node?.slice(1) ?? 1)).toBeLessThanOrEqual(nodes);
        }
      }),
      { numRuns: 20 },
    );
  });
});

test("a changed plan is not judged by what its scenario expects", () => {
  expect(changedPlan(draw(7), [1], draw).scenario.expect).toMatchObject({
    atLeast: {},
    atMost: {},
  });
});

test("a token of a changed plan makes that plan again", () => {
  fc.assert(
    fc.property(seeds, changes, (seed, numbers) => {
      const plan = changedPlan(draw(seed), numbers, draw);
      const token = decodeToken(runToken(plan, { check: "liveness", hash: "00c0ffee" }, planOf));
      expect(token.type === "run" ? planFrom(token.recipe, planOf) : undefined).toEqual(plan);
    }),
    { numRuns: 20 },
  );
});

test("a scenario whose faults are all of clocks gets others", () => {
  const nemesis = { faults: ["drift"] as const, swarm: false, everyMs: [9, 9], lastMs: [9, 9] };
  const clocks: Scenario = { ...swarm, nemesis, knobs: undefined } as never;
  const own = (seed: number): Plan => planOf(clocks, seed);
  for (let number = 0; number < 50; number += 1)
    expect(() => changedPlan(own(1), [number], own)).not.toThrow();
});

test("changes of every kind occur", () => {
  const plan = draw(7);
  const kinds = new Set(
    Array.from({ length: 300 }, (_none, number) => {
      const changed = changedPlan(plan, [number], draw);
      const { seed, faults, operations, scenario } = changed;
      if (seed !== plan.seed) return "seed";
      if (changed.nodes !== plan.nodes) return "nodes";
      if (scenario.durationMs < plan.scenario.durationMs) return "shorter";
      if (JSON.stringify(scenario.network) !== JSON.stringify(plan.scenario.network))
        return "settings";
      if (operations.length < plan.operations.length) return "fewer operations";
      if (operations.some(({ at }, place) => at !== plan.operations[place]?.at)) return "gathered";
      if (JSON.stringify(scenario.cluster) !== JSON.stringify(plan.scenario.cluster)) return "size";
      if (faults.length < plan.faults.length) return "fewer faults";
      if (faults.length === plan.faults.length + 1) return "one more fault";
      if (faults.length > plan.faults.length) return "more faults";
      if (faults.some(({ for: forMs }, place) => forMs !== plan.faults[place]?.for))
        return "length";
      return faults.some(({ at }, place) => at !== plan.faults[place]?.at) ? "time" : "nothing";
    }),
  );
  for (const kind of [
    "seed",
    "nodes",
    "shorter",
    "settings",
    "fewer operations",
    "gathered",
    "size",
    "fewer faults",
    "one more fault",
    "length",
    "time",
  ])
    expect(kinds).toContain(kind);
});
