/** A cluster of pure servers under every kind of fault, as seeds choose them. */
import { describe, expect, test } from "vitest";
import { Chaos } from "./support/chaos.ts";

const SEEDS = 300;
const ACTS = 300;

/** Runs one seed and counts what happened, by name. @throws with the seed when anything is broken. */
function run(seed: number): Readonly<Record<string, number>> {
  try {
    const chaos = new Chaos(seed);
    chaos.run(ACTS);
    const machines = chaos.end();
    const { acknowledged, answered } = chaos.cluster.clients;
    for (const commands of machines) {
      expect(commands).toEqual(machines[0]);
      expect(new Set(commands).size).toBe(commands.length);
      expect(commands).toEqual(expect.arrayContaining([...acknowledged.keys()]));
    }
    return { ...chaos.cluster.milestones.counts, ...answered, acknowledged: acknowledged.size };
  } catch (error) {
    throw new Error(`seed ${seed}`, { cause: error });
  }
}

describe("chaos", { timeout: 120_000 }, () => {
  test.each([
    ["a removed server is in a later term than the cluster, and disturbs no member", 6284],
    ["the only voter leads in the step in which it votes, and a crash undoes both", 10717],
  ])("%s", (_title, seed) => {
    run(seed);
  });

  test(`${SEEDS} seeds: no acknowledged command is lost, and the cluster recovers when faults stop`, () => {
    const total: Record<string, number> = {};
    const begun = performance.now();
    for (let seed = 1; seed <= SEEDS; seed += 1)
      for (const [what, times] of Object.entries(run(seed)))
        total[what] = (total[what] ?? 0) + times;
    const seconds = (performance.now() - begun) / 1000;
    console.log(`${Math.round((total["events"] ?? 0) / seconds)} events per second`, total);
    expect(Object.keys(total).filter((what) => total[what] === 0)).toEqual([]);
    expect(Object.keys(total).toSorted()).toEqual([
      "acknowledged",
      "compacted",
      "elections",
      "entriesFetched",
      "events",
      "jointEntered",
      "jointLeft",
      "logsRepaired",
      "logsScattered",
      "promoted",
      "reads",
      "refusedReads",
      "rejoined",
      "removedLeaders",
      "restarted",
      "snapshotsBroken",
      "snapshotsGone",
      "snapshotsInstalled",
      "snapshotsTaken",
      "steppedDown",
      "transfersDone",
      "transfersFailed",
      "truncated",
      "unsyncedLost",
    ]);
  });
});
