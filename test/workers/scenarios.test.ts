import { readFile } from "node:fs/promises";
import {
  loadScenario,
  planOf,
  runOnWorkers,
  type RunResult,
  type Scenario,
} from "@kontiki/testing";
import { describe, expect, test } from "vitest";

/** The short ones of each kind; all others are for the long run, as each takes its time. */
const SHORT = [
  "initial_election",
  "reelection",
  "basic_agree",
  "concurrent_starts",
  "unreliable_agree",
  "snapshot_basic",
  "recover_after_kill",
  "add_membership",
  "leadership_transfer",
  "post_partition_liveness",
  "hung_follower_blocks_loop",
];

test("the README marks the scenarios that the tests run on threads", async () => {
  const url = new URL("../../packages/testing/scenarios/README.md", import.meta.url);
  const rows = (await readFile(url, "utf8"))
    .split("\n")
    .filter((line) => /threads in CI/.test(line));
  const named = rows.map((row) => /^\| `(.*?)`/.exec(row)?.[1]);
  expect(new Set(named)).toEqual(new Set(SHORT));
});

/** What some run of a scenario must reach, and this one did not. */
function missedBy(
  { expect: { campaign = {} } }: Scenario,
  { coverage }: RunResult,
): readonly string[] {
  return Object.entries(campaign).flatMap(([count, least]) =>
    (coverage[count] ?? 0) < least ? [count] : [],
  );
}

/** A busy machine may not let a run show what it is to show: then another seed is tried for longer, and a third. */
async function runUntilShown(scenario: Scenario): Promise<readonly RunResult[]> {
  const runs: RunResult[] = [];
  for (const seed of [1, 2, 3]) {
    const durationMs = scenario.durationMs * 3 ** (seed - 1);
    const run = await runOnWorkers(planOf({ ...scenario, durationMs }, seed));
    runs.push(run);
    if (run.verdict === "valid" && missedBy(scenario, run).length === 0) return runs;
  }
  return runs;
}

describe("on threads nothing is violated, and the scenario's subject occurs", () => {
  // They wait for their faults most of the time.
  test.concurrent.each(SHORT)("%s", { timeout: 480_000 }, async (name) => {
    const scenario = await loadScenario(name);
    const runs = await runUntilShown(scenario);
    expect(runs.flatMap(({ violations }) => violations)).toEqual([]);
    expect(runs.at(-1)).toMatchObject({ verdict: "valid", doubts: [] });
    expect(runs.slice(-1).flatMap((run) => missedBy(scenario, run))).toEqual([]);
  });
});
