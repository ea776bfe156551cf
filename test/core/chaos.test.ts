/** A cluster of pure servers in which everything happens that may, as seeds have it. */
import { describe, expect, test } from "vitest";
import { Chaos } from "../support/core-chaos.ts";

const SEEDS = 300;
const ACTS = 300;

describe("chaos", { timeout: 120_000 }, () => {
  test(`${SEEDS} seeds: nothing that was acknowledged is lost, and all becomes well when faults stop`, () => {
    const total: Record<string, number> = {};
    const count = (what: string, times: number) => (total[what] = (total[what] ?? 0) + times);
    const begun = performance.now();
    let acts = 0;
    const first = Number(process.env["SEED"] ?? 1);
    for (let seed = first; seed < first + SEEDS; seed += 1) {
      const chaos = new Chaos(seed);
      try {
        chaos.run(ACTS);
        acts += chaos.acts;
        const commands = chaos.end();
        expect(new Set(commands).size).toBe(commands.length);
        for (const command of chaos.cluster.clients.acknowledged.keys())
          expect(commands).toContain(command);
      } catch (error) {
        throw new Error(`seed ${seed}`, { cause: error });
      }
      const { milestones, sometimes, clients } = chaos.cluster;
      for (const [what, times] of Object.entries({
        ...sometimes,
        ...milestones,
        ...clients.answered,
        acked: clients.acknowledged.size,
      }))
        count(what, times);
    }
    const seconds = (performance.now() - begun) / 1000;
    console.log(`${Math.round(acts / seconds)} events per second`, total);
  });
});
