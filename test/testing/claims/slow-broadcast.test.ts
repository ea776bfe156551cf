import { defineScenario, planOf, simulate } from "@kontiki/testing";
import { expect, test } from "vitest";

/** What a run finds on a network with this latency, with an election timeout of 150 ms. */
function found(latency: string, nodes = 3): readonly string[] {
  const cluster = { electionTimeout: "150ms" as const };
  const about = { name: "slow", nodes, cluster, network: { latency }, duration: "10ms" } as const;
  const { violations } = simulate(planOf(defineScenario(about), 1));
  return violations.map(({ check, text }) => `${check}: ${text.split("; ").at(-1)}`);
}

test.each([
  ["200ms..300ms", "400 to 600 ms", "no election can succeed"],
  ["140ms", "280 ms", "elections may fail"],
])("a network that is too slow for the election timeout is named: %s", (latency, takes, effect) => {
  expect(found(latency)).toEqual([
    `liveness: a vote and its answer take ${takes} on this network and the election timeout is 150 ms, so ${effect}: ` +
      "give a longer electionTimeout or a shorter latency (dissertation 3.9)",
  ]);
});

test("one node alone needs no network, and a quick one elects", () => {
  expect([found("200ms", 1), found("1ms")]).toEqual([[], []]);
});
