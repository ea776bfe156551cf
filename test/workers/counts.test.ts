import { EFFECTS } from "@kontiki/actors";
import { EXPERIMENT_COUNTS } from "@kontiki/actors/node";
import { loadScenario, scenarioNames } from "@kontiki/testing";
import { expect, test } from "vitest";
import { COUNT_NAMES } from "../../packages/testing/src/scenario/count-names.ts";
import { factsOf, FAULT_TYPES } from "../../packages/testing/src/scenario/faults/table.ts";

/** What `LiveCoverage` counts from events, statuses and operations. */
const IN_THE_PROGRAM = [
  "commits",
  "leaderChanges",
  "leaders.cutOff",
  "membership.committed",
  "operations",
  "operations.definitelyNot",
  "operations.error",
  "operations.ok",
  "operations.unknown",
  "restarts",
  "starts",
  "starts.refused",
];

/** Beginnings of what the nemesis, the operator and the network count themselves. */
const BY_FAULTS =
  /^(began|ended|skipped|letters|partition|swap|fell|change)\.|^clock\.jumps$|^disk\.(rotten\.|scattered|misdirected|damageRemoved)/;

test("each count that a scenario may demand is taken on threads as well", () => {
  const taken: readonly string[] = [...IN_THE_PROGRAM, ...EXPERIMENT_COUNTS, ...EFFECTS];
  const missing = COUNT_NAMES.filter((name) => !taken.includes(name) && !BY_FAULTS.test(name));
  expect(missing).toEqual([]);
});

test("each kind of fault is carried out on threads, by the nemesis or by the operator", () => {
  const by = FAULT_TYPES.map((type) => factsOf(type).threads);
  expect(new Set(by)).toEqual(new Set(["nemesis", "operator"]));
});

test("no shipped scenario demands another count", async () => {
  const scenarios = await Promise.all((await scenarioNames()).map((name) => loadScenario(name)));
  const demanded = scenarios.flatMap(({ expect: { atLeast, atMost, campaign = {} } }) =>
    Object.keys({ ...atLeast, ...atMost, ...campaign }),
  );
  expect(demanded.filter((name) => !COUNT_NAMES.includes(name))).toEqual([]);
});
