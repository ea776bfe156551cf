import { KEPTS } from "@kontiki/actors/node";
import { expect, test } from "vitest";
import { Chance } from "../../../packages/testing/src/chance.ts";
import { drawFaults } from "../../../packages/testing/src/plan/draw-faults.ts";
import type { Nemesis } from "../../../packages/testing/src/scenario/scenario.ts";
import {
  MOMENT_NAMES,
  momentFacts,
  type FaultMoment,
} from "../../../packages/testing/src/scenario/faults/moments.ts";
import { FAULT_TYPES } from "../../../packages/testing/src/scenario/faults/table.ts";
import { CLUSTER, scenarioWith } from "../support/scenarios.ts";

const NEMESIS: Nemesis = {
  faults: FAULT_TYPES,
  swarm: true,
  everyMs: [100, 300],
  lastMs: [200, 1000],
};

test("the same seed draws the same faults, another seed draws others", () => {
  const scenario = scenarioWith(NEMESIS);
  const drawn = [1, 1, 2].map((seed) => drawFaults(scenario, new Chance(seed)));
  expect(drawn[0]).toEqual(drawn[1]);
  expect(drawn[0]).not.toEqual(drawn[2]);
});

test("no faults are drawn without a nemesis or without kinds", () => {
  expect(drawFaults(scenarioWith(undefined), new Chance(1))).toEqual([]);
  expect(drawFaults(scenarioWith({ ...NEMESIS, faults: [] }), new Chance(1))).toEqual([]);
});

test("in swarm mode each seed takes some of the kinds, and all seeds together take all", () => {
  const parts = Array.from({ length: 40 }, (_, seed) =>
    drawFaults(scenarioWith(NEMESIS, { durationMs: 60_000 }), new Chance(seed)),
  ).map((faults) => new Set(faults.map(({ type }) => type)));
  expect(Math.max(...parts.map(({ size }) => size))).toBeLessThan(FAULT_TYPES.length - 5);
  expect(new Set(parts.map((part) => [...part].sort().join())).size).toBe(40);
  expect(new Set(parts.flatMap((part) => [...part])).size).toBe(FAULT_TYPES.length);
});

test("faults are in the order of their times, and there are at most 200", () => {
  const nemesis = { ...NEMESIS, swarm: false, everyMs: [1, 2] as const };
  const faults = drawFaults(scenarioWith(nemesis), new Chance(1));
  expect(faults).toHaveLength(200);
  const times = faults.map(({ at }) => at);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  const spare = drawFaults(scenarioWith({ ...NEMESIS, swarm: false }), new Chance(1));
  expect(spare.every(({ at }) => at < 10_000)).toBe(true);
  expect(spare.length).toBeGreaterThan(30);
  expect(spare.every((fault) => (fault.for ?? 0) >= 200 && (fault.for ?? 0) <= 1000)).toBe(true);
});

test("with leases clocks drift within their bound", () => {
  const cluster = { ...CLUSTER, leases: { clockDrift: 0.1 } };
  const nemesis = { ...NEMESIS, faults: ["drift" as const] };
  const faults = drawFaults(scenarioWith(nemesis, { cluster }), new Chance(1));
  const rates = faults.flatMap((fault) => (fault.type === "drift" ? [fault.rate] : []));
  expect(rates.length).toBeGreaterThan(10);
  expect(Math.min(...rates)).toBeGreaterThanOrEqual(1);
  expect(Math.max(...rates)).toBeLessThanOrEqual(1.1);
});

test("some faults wait for a moment that suits their kind, most of them for its subject", () => {
  const nemesis = { ...NEMESIS, swarm: false, everyMs: [1, 2] as const, moments: 0.5 };
  const drawn = [0, 1, 2].flatMap((seed) => drawFaults(scenarioWith(nemesis), new Chance(seed)));
  const waiting = drawn.filter(({ when }) => when !== undefined);
  expect(waiting.length / drawn.length).toBeGreaterThan(0.4);
  expect(waiting.length / drawn.length).toBeLessThan(0.6);
  expect(new Set(waiting.map(({ when }) => when))).toEqual(new Set(MOMENT_NAMES));
  for (const { when, type } of waiting)
    expect(when !== undefined && momentFacts(when).bites).toContain(type);
  const about = waiting.filter((fault) => Object.values(fault).includes("subject"));
  expect(about.length / waiting.length).toBeGreaterThan(0.5);
  expect(
    drawn.filter(
      (fault) => fault.when === undefined && "node" in fault && fault.node === "subject",
    ),
  ).toEqual([]);
});

test("faults wait only for the moments that are wanted", () => {
  const nemesis = { ...NEMESIS, swarm: false, moments: 1, when: ["cuts"] as const };
  const drawn = drawFaults(scenarioWith(nemesis), new Chance(1));
  expect(new Set(drawn.map(({ when }) => when))).toEqual(new Set(["cuts"]));
});

test("a crash that waits for a cut comes at once and loses power (§5.3)", () => {
  const faults = ["crash" as const, "crashLoop" as const];
  const cuts = { ...NEMESIS, swarm: false, faults, everyMs: [1, 2] as const, moments: 1 };
  const drawn = (when: FaultMoment) =>
    drawFaults(scenarioWith({ ...cuts, when: [when] }), new Chance(1)).flatMap((fault) =>
      "kept" in fault ? [fault.kept] : ["point" in fault ? fault.point : "none"],
    );
  expect(new Set(drawn("cuts"))).toEqual(new Set(KEPTS));
  expect(new Set(drawn("elected"))).toContain("none");
});
