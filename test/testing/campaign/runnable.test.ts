import { loadScenarioParts } from "@kontiki/testing";
import { expect, test } from "vitest";
import { runnableOf } from "../../../packages/testing/src/campaign/runnable.ts";

test("the seed draws settings for the simulation, not for threads, where time is real", async () => {
  const parts = await loadScenarioParts("swarm");
  const [simulated, live] = (["simulation", "workers"] as const).map((engine) => {
    const { planOf } = runnableOf("swarm", parts, { engine, pages: false });
    return [1, 2, 3].map((seed) => planOf(seed).scenario.cluster);
  });
  expect(live).toEqual([1, 2, 3].map(() => parts.scenario.cluster));
  expect(new Set(simulated?.map((cluster) => JSON.stringify(cluster))).size).toBe(3);
});

test("on threads a campaign expects what it expects in the simulation", async () => {
  const name = "transfer_to_isolated_follower";
  const parts = await loadScenarioParts(name);
  const expected = (["simulation", "workers"] as const).map((engine) =>
    Object.keys(runnableOf(name, parts, { engine, pages: false }).expected),
  );
  expect(expected).toEqual([
    ["operations.ok", "transfers.told", "leaderChanges"],
    ["operations.ok", "transfers.told", "leaderChanges"],
  ]);
});
