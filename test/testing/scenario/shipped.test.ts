import { readFile } from "node:fs/promises";
import { loadScenario, planOf, scenarioNames, simulate, type RunResult } from "@kontiki/testing";
import { describe, expect, test } from "vitest";
import { COUNT_NAMES } from "../../../packages/testing/src/scenario/count-names.ts";

const FOLDER = new URL("../../../packages/testing/scenarios/", import.meta.url);
const SEEDS = [1, 2];

const names = await scenarioNames();

/** The table of the folder's README, by name. */
async function table(): Promise<ReadonlyMap<string, readonly string[]>> {
  const text = await readFile(new URL("README.md", FOLDER), "utf8");
  const rows = text.split("\n").filter((line) => line.startsWith("| `"));
  const cells = rows.map((row) => row.split("|").map((cell) => cell.trim()));
  return new Map(cells.map(([, name = "", ...rest]) => [name.replaceAll("`", ""), rest]));
}

test("the README names each scenario, its source and what happens in it", async () => {
  const rows = await table();
  expect([...rows.keys()].toSorted()).toEqual(names);
  for (const name of names) {
    const text = await readFile(new URL(`${name}.yaml`, FOLDER), "utf8");
    const [, source] = /^# (.*)\n/.exec(text) ?? [];
    const { about } = await loadScenario(name);
    expect([name, ...(rows.get(name)?.slice(0, 2) ?? [])]).toEqual([name, source, about]);
  }
});

describe("in the simulation nothing is violated, and the scenario's subject occurs", () => {
  test.each(names)("%s", async (name) => {
    const scenario = await loadScenario(name);
    const { campaign = {} } = scenario.expect;
    const missedBy = (runs: readonly RunResult[]): unknown[] =>
      Object.entries(campaign).filter(
        ([count, least]) => !runs.some(({ coverage }) => (coverage[count] ?? 0) >= least),
      );
    const runs: RunResult[] = [];
    // A seed may draw what misses the point; not all of them do.
    for (const seed of SEEDS)
      if (runs.length === 0 || missedBy(runs).length > 0)
        runs.push(simulate(planOf(scenario, seed)));
    expect(runs.flatMap(({ violations }) => violations)).toEqual([]);
    expect(runs.map(({ verdict }) => verdict)).toEqual(runs.map(() => "valid"));
    expect([Object.keys(campaign).length > 0, missedBy(runs)]).toEqual([true, []]);
    const counted = runs.flatMap(({ coverage }) => Object.keys(coverage));
    expect(counted.filter((one) => !COUNT_NAMES.includes(one))).toEqual([]);
  });
});
