import {
  defineScenario,
  finish,
  shrinkInSlices,
  type Plan,
  type RunResult,
  type Scenario,
  type Work,
} from "@kontiki/testing";
import { describe, expect, test } from "vitest";
import { earlier, endsSoon, gapsIn } from "../../../packages/testing/src/replay/earlier.ts";
import { withoutNode } from "../../../packages/testing/src/replay/reductions.ts";
import { towardsUsual } from "../../../packages/testing/src/replay/usual-settings.ts";
import { resultOf } from "../support/drawn-plans.ts";
import { plan, planned } from "../support/plans.ts";

const PUT = { type: "put", key: "k", value: "v" };

const SAMPLE: Plan = {
  ...plan(),
  faults: [
    { id: 0, at: 100, type: "pause", node: "n2" },
    { id: 1, at: 400, type: "oneWay", from: "n3", to: "n1" },
    { id: 2, at: 400, type: "partition", shape: "groups", groups: [["n1", "n2"], ["n3"]] },
    { id: 3, at: 400, type: "crash", node: "leader", kept: "nothing", downMs: 10 },
  ],
  operations: [
    { ...planned(0, PUT), at: 50 },
    { ...planned(1, PUT, true), at: 900, reading: { consistency: "stale", node: "n2" } },
    { ...planned(2, PUT, true), at: 900, reading: { consistency: "lease", node: "n3" } },
  ],
};

describe("everything earlier", () => {
  test("closes a gap, and shortens the run by as much", () => {
    expect(gapsIn(SAMPLE)).toEqual([
      { from: 400, to: 900 },
      { from: 100, to: 400 },
      { from: 50, to: 100 },
      { from: 0, to: 50 },
    ]);
    const moved = earlier(SAMPLE, 400, 300);
    expect([...moved.faults, ...moved.operations].map(({ at }) => at)).toEqual([
      100, 100, 100, 100, 50, 600, 600,
    ]);
    expect(moved.scenario).toEqual({ ...SAMPLE.scenario, durationMs: 700 });
  });

  test("ends once everything has begun, and never later than before", () => {
    expect(endsSoon(SAMPLE).scenario.durationMs).toBe(901);
    const short = { ...SAMPLE, scenario: { ...SAMPLE.scenario, durationMs: 300 } };
    expect(endsSoon(short)).toEqual(short);
  });
});

test("without a node, those after it take the names before theirs", () => {
  expect(withoutNode(SAMPLE, 2)).toEqual({
    ...SAMPLE,
    nodes: 2,
    faults: [
      { id: 1, at: 400, type: "oneWay", from: "n2", to: "n1" },
      { id: 2, at: 400, type: "partition", shape: "groups", groups: [["n1"], ["n2"]] },
      { id: 3, at: 400, type: "crash", node: "leader", kept: "nothing", downMs: 10 },
    ],
    operations: [
      SAMPLE.operations[0],
      { ...SAMPLE.operations[1], reading: { consistency: "stale", node: undefined } },
      { ...SAMPLE.operations[2], reading: { consistency: "lease", node: "n2" } },
    ],
  });
  expect(withoutNode(SAMPLE, 4)).toBe(SAMPLE);
  const lone = { ...SAMPLE, nodes: 1 };
  expect(withoutNode(lone, 1)).toBe(lone);
});

describe("usual settings", () => {
  const usual = defineScenario({ name: "usual" });

  test("are one change each, and together give the usual cluster", () => {
    const changes = towardsUsual(SAMPLE);
    const all = changes.reduce((changed, change) => change(changed), SAMPLE);
    expect(all.scenario).toEqual({
      ...SAMPLE.scenario,
      cluster: usual.cluster,
      network: usual.network,
      disk: usual.disk,
      workload: { ...SAMPLE.scenario.workload, timeoutMs: usual.workload.timeoutMs },
    });
    expect(towardsUsual(all)).toEqual([]);
  });

  test("leave what is simpler than usual: a single delay, and no snapshots", () => {
    const simple: Scenario = {
      ...usual,
      cluster: { ...usual.cluster, snapshotEntries: 1_000_000 },
      network: { latencyMs: [1, 1] },
      disk: { syncMs: [7, 7] },
    };
    expect(towardsUsual({ ...SAMPLE, scenario: simple })).toEqual([]);
  });
});

test("a run that does not end is left, and its plan does not count as failed", () => {
  const failed = { plan: SAMPLE, result: resultOf(["terms"]) };
  const run = function* (tried: Plan): Work<RunResult, string> {
    // Without its faults it never ends.
    while (tried.faults.length === 0) yield "still running";
    return failed.result;
  };
  const { plan: smallest } = finish(shrinkInSlices(failed, "terms", run));
  expect(smallest).toMatchObject({ nodes: 1, operations: [] });
  expect(smallest.faults).toHaveLength(1);
});
