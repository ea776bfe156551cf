import { defineScenario, planOf, simulate } from "@kontiki/testing";
import { expect, test } from "vitest";
import { Recoveries } from "../../../packages/testing/src/run/recoveries.ts";

/** Recoveries by a clock that is set by hand. */
class Stage {
  now = 0;
  readonly recoveries = new Recoveries(() => this.now);

  at(ms: number, act: (recoveries: Recoveries) => void): void {
    this.now = ms;
    act(this.recoveries);
  }
}

test("each part of a recovery has its time", () => {
  const stage = new Stage();
  stage.at(1, (all) => all.committed("n2", 5));
  stage.at(10, (all) => all.crashed("n1"));
  stage.at(11, (all) => all.detected("n1"));
  stage.at(12, (all) => all.acknowledged(9));
  stage.at(13, (all) => all.detected("n1"));
  stage.at(20, (all) => all.restarted("n1"));
  stage.at(25, (all) => all.committed("n2", 8));
  stage.at(30, (all) => all.recovered("n1"));
  stage.at(31, (all) => all.committed("n1", 7));
  stage.at(32, (all) => all.committed("n2", 9));
  stage.at(40, (all) => all.committed("n1", 8));
  stage.at(50, (all) => all.acknowledged(15));
  stage.at(60, (all) => all.acknowledged(16));
  expect(stage.recoveries.all).toEqual([
    {
      node: "n1",
      crashedAt: 10,
      detectedAt: 11,
      restartedAt: 20,
      recoveredAt: 30,
      caughtUpAt: 40,
      acknowledgedAt: 50,
    },
  ]);
});

test("a node that crashes again before it has caught up has two recoveries, one that is down only one", () => {
  const stage = new Stage();
  stage.at(1, (all) => all.committed("n2", 5));
  stage.at(10, (all) => all.crashed("n1"));
  stage.at(11, (all) => all.crashed("n1"));
  stage.at(20, (all) => all.restarted("n1", 5));
  stage.at(30, (all) => all.recovered("n1"));
  stage.at(31, (all) => all.crashed("n1"));
  expect(stage.recoveries.all).toMatchObject([
    { crashedAt: 10, restartedAt: 25, recoveredAt: 30, caughtUpAt: null, acknowledgedAt: null },
    { crashedAt: 31, restartedAt: null, recoveredAt: null },
  ]);
});

test("the crash of a leader in a simulation", () => {
  const scenario = defineScenario({
    name: "crash",
    duration: "3s",
    faults: [{ at: 1000, crash: { node: "leader", down: 400 } }],
  });
  const { recoveries = [] } = simulate(planOf(scenario, 1));
  expect(recoveries).toHaveLength(1);
  const { crashedAt, detectedAt, restartedAt, recoveredAt, caughtUpAt, acknowledgedAt } =
    recoveries[0] ?? {};
  expect(crashedAt).toBe(1000);
  // The others get the obituary, and elect a leader long before the node starts again.
  for (const early of [detectedAt, acknowledgedAt]) {
    expect(early).toBeGreaterThan(1000);
    expect(early).toBeLessThan(1400);
  }
  expect([restartedAt, recoveredAt]).toEqual([1400, 1400]);
  expect(caughtUpAt).toBeGreaterThan(1400);
});
