import { defineScenario, planOf, type Plan, type Scenario } from "@kontiki/testing";
import { describe, expect, test } from "vitest";
import { withDrawnSettings } from "../../../packages/testing/src/plan/draw-settings.ts";

const swarm = defineScenario({ name: "all", knobs: "swarm", nemesis: "swarm" });
const drawn: readonly Scenario[] = Array.from({ length: 600 }, (_none, seed) =>
  withDrawnSettings(swarm, seed),
);

/** How many of the drawn scenarios have this property, of 1. */
function share(has: (scenario: Scenario) => boolean): number {
  return drawn.filter(has).length / drawn.length;
}

test("a scenario without knobs stays as it is", () => {
  const scenario = defineScenario({ name: "all", nemesis: "swarm" });
  expect(withDrawnSettings(scenario, 1)).toBe(scenario);
});

test("the plan of a drawn scenario has its settings, and is drawn from it again", () => {
  const plan = planOf(swarm, 7);
  expect(plan.scenario).toEqual(withDrawnSettings(swarm, 7));
  expect(plan.nodes).toBe(plan.scenario.nodes);
  expect(planOf(plan.scenario, 7)).toEqual(plan);
  expect(planOf(swarm, 8)).not.toEqual(plan);
});

test("clusters have 1 to 9 voters, about half of them an even number", () => {
  expect(new Set(drawn.map(({ nodes }) => nodes))).toEqual(new Set([1, 2, 3, 4, 5, 6, 7, 8, 9]));
  const even = share(({ nodes }) => nodes % 2 === 0);
  expect([even > 0.4, even < 0.6]).toEqual([true, true]);
});

test("leases are on in about half of the runs", () => {
  const leases = share(({ cluster }) => cluster.leases !== undefined);
  expect([leases > 0.4, leases < 0.6]).toEqual([true, true]);
});

describe("each bound is out of reach in some runs and reached at once in others", () => {
  test.each([
    "maxInflightBytes",
    "maxUncommittedBytes",
    "turnEntries",
    "sessions",
    "sessionEntries",
  ] as const)("%s", (name) => {
    const values = drawn.map(({ cluster }) => cluster.limits?.[name]);
    expect(values).toContain(undefined);
    expect(values).toContain(1);
  });

  test.each([
    ["snapshotEntries", 3, 1000],
    ["keptEntries", 0, 20],
    ["maxAppendBytes", 32, 2 ** 20],
    ["maxInflight", 1, 256],
    ["segmentBytes", 1024, 2 ** 20],
  ] as const)("%s", (name, least, most) => {
    const values = drawn.map(({ cluster }) => cluster[name]);
    expect([Math.min(...values), Math.max(...values)]).toEqual([least, most]);
  });
});

test("no answer takes longer than the shortest election timeout", () => {
  for (const { cluster, network, disk } of drawn) {
    const slowest = [network.latencyMs, disk.syncMs, cluster.turnDelayMs ?? [0, 0]].map(
      ([, most]) => most,
    );
    expect(Math.max(...slowest)).toBeLessThanOrEqual(cluster.electionTimeoutMs / 4);
  }
});

test("every kind of fault is drawn by some seed, a few kinds or many", () => {
  const kinds = new Set(drawn.flatMap(({ nemesis }) => nemesis?.faults ?? []));
  expect(kinds).toEqual(new Set(swarm.nemesis?.faults));
  const sizes = drawn.map(({ nemesis }) => nemesis?.faults.length ?? 0);
  expect(Math.min(...sizes)).toBeLessThan(4);
  expect(Math.max(...sizes)).toBe(swarm.nemesis?.faults.length);
});

test("reads of one run are answered in all ways, by the leader and by nodes", () => {
  const plans: readonly Plan[] = Array.from({ length: 20 }, (_none, seed) => planOf(swarm, seed));
  const gets = plans
    .flatMap(({ operations }) => operations)
    .filter(({ command }) => (command as { readonly type: string }).type === "get");
  const ways = gets.map(({ read, reading }) =>
    read ? `${reading?.consistency} ${reading?.node === undefined ? "leader" : "node"}` : "log",
  );
  expect(new Set(ways)).toEqual(
    new Set([
      "log",
      ...["linearizable", "lease", "stale"].flatMap((way) => [`${way} leader`, `${way} node`]),
    ]),
  );
});

test("in bursts faults follow each other closely", () => {
  const nemesis = { faults: ["crash"], swarm: false, every: 500, last: 100 } as const;
  const times = [0, 1].map((bursts) =>
    planOf(defineScenario({ name: "b", nemesis: { ...nemesis, bursts } }), 1).faults.map(
      ({ at }) => at,
    ),
  );
  const gaps = times.map((at) => at.slice(1).map((time, place) => time - (at[place] ?? 0)));
  expect([Math.min(...(gaps[0] ?? [])), Math.max(...(gaps[1] ?? [])) <= 20]).toEqual([500, true]);
});
