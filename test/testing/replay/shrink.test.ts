import {
  defineScenario,
  finish,
  shrink,
  shrinkInSlices,
  type Plan,
  type RunPlan,
  type RunResult,
  type Work,
} from "@kontiki/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { drawPlan, resultOf, scenario } from "../support/drawn-plans.ts";

const CHECK = "Election Safety";

type Fails = (plan: Plan) => boolean;

/** A runner without a simulation: a plan that meets a condition fails in the check, every other plan in another check. */
function runnerOf(fails: Fails, at?: number): (plan: Plan) => RunResult {
  return (plan) => resultOf(fails(plan) ? [CHECK] : ["liveness"], at);
}

function atOnce(run: RunPlan): (plan: Plan) => Work<RunResult> {
  return function* (tried) {
    yield* [];
    return run(tried);
  };
}

function shrunk(plan: Plan, fails: Fails): Plan {
  const run = runnerOf(fails);
  return shrink({ plan, result: run(plan) }, CHECK, run).plan;
}

const idsOf = (things: readonly { readonly id: number }[]): readonly number[] =>
  things.map(({ id }) => id);

describe("a shrunk plan", () => {
  test("has only what the failure needs", () => {
    const needs = fc.uniqueArray(fc.nat(11), { maxLength: 4 });
    const asks = fc.uniqueArray(fc.nat(79), { maxLength: 4 });
    fc.assert(
      fc.property(needs, asks, fc.integer({ min: 1, max: 5 }), (faults, operations, nodes) => {
        const fails: Fails = (plan) =>
          faults.every((id) => idsOf(plan.faults).includes(id)) &&
          operations.every((id) => idsOf(plan.operations).includes(id)) &&
          plan.nodes >= nodes;
        const plan = drawPlan({ ...scenario, nodes: 9 }, 3);
        const left = shrunk({ ...plan, nodes: 9 }, fails);
        expect({
          faults: new Set(idsOf(left.faults)),
          operations: new Set(idsOf(left.operations)),
        }).toEqual({ faults: new Set(faults), operations: new Set(operations) });
        // A node that a needed fault names cannot be removed without it.
        const named = left.faults.map((fault) =>
          "node" in fault ? Number(fault.node?.slice(1)) : 0,
        );
        expect(left.nodes).toBe(Math.max(nodes, ...named));
      }),
      { numRuns: 40 },
    );
  });

  test("has no removable part, even where parts depend on each other", () => {
    const conditions = fc.array(fc.uniqueArray(fc.nat(79), { minLength: 1, maxLength: 3 }), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(conditions, (anyOf) => {
        const fails: Fails = ({ operations, faults }) =>
          anyOf.some((all) => all.every((id) => idsOf(operations).includes(id))) &&
          operations.length + faults.length !== 7;
        const plan = drawPlan(scenario, 5);
        const left = shrunk(plan, fails);
        expect(fails(left)).toBe(true);
        for (const [at] of left.operations.entries())
          expect(fails({ ...left, operations: left.operations.toSpliced(at, 1) })).toBe(false);
        for (const [at] of left.faults.entries())
          expect(fails({ ...left, faults: left.faults.toSpliced(at, 1) })).toBe(false);
      }),
      { numRuns: 40 },
    );
  });

  test("has round times, short faults and simple settings", () => {
    const plan = drawPlan(scenario, 3);
    const [first] = plan.faults.filter(({ type }) => type === "partition");
    const id = first?.id;
    const left = shrunk(plan, ({ faults }) => {
      const fault = faults.find((one) => one.id === id);
      return fault !== undefined && fault.at >= 410 && (fault.for ?? 0) >= 30;
    });
    expect(
      left.faults.map(({ at, for: length = 0 }) => [at >= 410 && at % 10, length < 60]),
    ).toEqual([[0, true]]);
    expect(left.scenario).toEqual({
      ...scenario,
      cluster: { ...defineScenario({ name: "usual" }).cluster, snapshotEntries: 1_000_000 },
      network: { latencyMs: [1, 1] },
      disk: { syncMs: [1, 1] },
      nemesis: undefined,
      durationMs: 1,
      expect: { atLeast: {}, atMost: {}, linearizable: false },
    });
  });

  test("has no part that became unnecessary when another one was removed", () => {
    const left = shrunk(drawPlan(scenario, 3), ({ faults, operations, nodes }) => {
      const [asks, needs] = [idsOf(operations), idsOf(faults)];
      return nodes === 5 && asks.includes(5) && (!asks.includes(40) || needs.includes(3));
    });
    expect([idsOf(left.faults), idsOf(left.operations)]).toEqual([[], [5]]);
  });

  test("is empty when nothing is needed", () => {
    const left = shrunk(drawPlan(scenario, 3), () => true);
    expect(left).toMatchObject({ nodes: 1, faults: [], operations: [] });
  });

  test("is unchanged when everything is needed", () => {
    const plan = drawPlan(scenario, 3);
    expect(shrunk(plan, (other) => other === plan)).toBe(plan);
  });
});

describe("the last node is removed", () => {
  test("together with the faults that name it, and from groups", () => {
    const [at, id] = [100, 0];
    const plan: Plan = {
      ...drawPlan(scenario, 3, 0, 0),
      nodes: 3,
      faults: [
        { id, at, type: "partition", shape: "groups", groups: [["n1", "n2"], ["n3"]] },
        { id: 1, at, type: "oneWay", from: "n3" },
        { id: 2, at, type: "pause", node: "n3" },
      ],
    };
    const left = shrunk(plan, ({ faults }) => faults.length > 0 && faults[0]?.id === 0);
    expect(left).toMatchObject({
      nodes: 1,
      faults: [{ id, at: 0, type: "partition", shape: "groups", groups: [["n1"]] }],
    });
  });
});

describe("shrinking", () => {
  const fails: Fails = ({ faults, operations }) =>
    idsOf(faults).includes(4) && idsOf(operations).includes(17);
  const plan = drawPlan(scenario, 3);
  const run = runnerOf(fails);

  test("needs few runs", () => {
    const large = drawPlan(scenario, 3, 50, 2000);
    expect(shrink({ plan: large, result: run(large) }, CHECK, run).runs).toBeLessThan(150);
  });

  test("is deterministic", () => {
    const once = shrink({ plan, result: run(plan) }, CHECK, run);
    expect(shrink({ plan, result: run(plan) }, CHECK, run)).toEqual(once);
  });

  test("can stop at any time with a plan that fails and never grows", () => {
    let size = Infinity;
    let runs = 0;
    for (const now of shrinkInSlices({ plan, result: run(plan) }, CHECK, atOnce(run))) {
      const { faults, operations } = now.plan;
      expect([fails(now.plan), now.result.violations[0]?.check]).toEqual([true, CHECK]);
      expect(now.runs).toBe((runs += 1));
      expect(faults.length + operations.length).toBeLessThanOrEqual(size);
      size = faults.length + operations.length;
    }
    expect(size).toBe(2);
  });

  test("can pause in the middle of a long run", () => {
    const run = runnerOf(fails, 0);
    const slow = function* (tried: Plan): Work<RunResult, string> {
      yield "still running";
      return run(tried);
    };
    const failed = { plan, result: run(plan) };
    const [before, after] = shrinkInSlices(failed, CHECK, slow);
    expect([before?.runs, after?.runs]).toEqual([0, 1]);
    expect(finish(shrinkInSlices(failed, CHECK, slow))).toEqual(shrink(failed, CHECK, run));
  });

  test("begins by removing everything after the failure", () => {
    const early = runnerOf(fails, Math.max(plan.faults[4]?.at ?? 0, plan.operations[17]?.at ?? 0));
    const [, first] = shrinkInSlices({ plan, result: early(plan) }, CHECK, atOnce(early));
    const last = Math.max(
      ...[...(first?.plan.faults ?? []), ...(first?.plan.operations ?? [])].map(({ at }) => at),
    );
    expect(last).toBe(early(plan).violations[0]?.at);
  });
});

test("a plan that does not fail again stays as it is, with its first result", () => {
  const plan = drawPlan(scenario, 3);
  const failed = { plan, result: resultOf([CHECK]) };
  expect(shrink(failed, CHECK, () => resultOf([]))).toEqual({
    ...failed,
    runs: 1,
    isSteady: false,
  });
});
