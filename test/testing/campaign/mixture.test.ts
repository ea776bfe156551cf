import { mixtureOf, scenarioNames } from "@kontiki/testing";
import { expect, test } from "vitest";

test("every shipped scenario runs with every seed, and the swarm gets at least a third of the runs", async () => {
  const names = await scenarioNames();
  const order = mixtureOf(names);
  const runs = order.map((at) => names[at]);
  expect(new Set(runs)).toEqual(new Set(names));
  const others = runs.filter((name) => name !== "swarm");
  expect(others.length).toBe(names.length - 1);
  // At any time, not only at the end of a round.
  for (let ran = 1; ran <= runs.length; ran += 1) {
    const swarm = runs.slice(0, ran).filter((name) => name === "swarm").length;
    expect(swarm * 3).toBeGreaterThanOrEqual(ran);
  }
});

test("scenarios without the swarm run in their order", () => {
  expect(mixtureOf(["a", "c", "b"])).toEqual([0, 1, 2]);
});
