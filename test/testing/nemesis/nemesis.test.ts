import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Chance } from "../../../packages/testing/src/chance.ts";
import { drawFaults } from "../../../packages/testing/src/plan/draw-faults.ts";
import { majority } from "../../../packages/core/src/quorum.ts";
import { NemesisStage } from "../support/nemesis-stage.ts";
import { FAULT_TYPES } from "../../../packages/testing/src/scenario/faults/table.ts";
import { scenarioWith } from "../support/scenarios.ts";

test("whatever is drawn, at most a minority is damaged at any time, and in the end nothing is left of the faults", () => {
  const met = new Set<string>();
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 7 }), fc.nat(), (nodes, seed) => {
      const nemesis = {
        faults: FAULT_TYPES,
        swarm: true,
        everyMs: [50, 200] as const,
        lastMs: [100, 1000] as const,
      };
      const scenario = scenarioWith(nemesis, { nodes, durationMs: 5000 });
      const stage = new NemesisStage(nodes, seed);
      const { target } = stage;
      const chance = new Chance(seed);
      const check = (): void => {
        const good = target
          .membership()
          .voters.filter((node) => target.isIntact(node) && !target.disk(node).isDamaged);
        expect(good.length).toBeGreaterThanOrEqual(majority(target.membership().voters.length));
      };
      drawFaults(scenario, chance).forEach((fault, id) => {
        target.timeline.after(fault.at, () => {
          stage.nemesis.perform({ ...fault, id });
          check();
          for (const node of target.nodes) if (target.isRunning(node)) target.write(node);
          check();
          // From time to time a node is intact again.
          const node = chance.pick(target.nodes);
          if (node !== undefined && !target.disk(node).isDamaged) target.node(node).whole = true;
        });
      });
      target.timeline.advance(5000);
      stage.nemesis.endAll();
      for (const name of Object.keys(target.counters.toRecord())) met.add(name);
      target.take();
      target.timeline.advance(20_000);
      for (const node of target.nodes) {
        const { life, paused, clock, disk } = target.node(node);
        expect([life, paused, clock.rate, disk.syncMs(), disk.isDamaged]).toEqual([
          "running",
          false,
          1,
          2,
          false,
        ]);
        disk.create("new", new Uint8Array(10_000));
      }
      target.arrived.length = 0;
      for (const to of target.nodes)
        for (const from of target.nodes)
          target.network.send({ from, to, incarnation: 1, bytes: new Uint8Array(1) });
      target.timeline.advance(1);
      expect(target.arrived).toHaveLength(target.nodes.length ** 2);
    }),
    { numRuns: 150 },
  );
  const never = FAULT_TYPES.filter(
    (type) => !met.has(`began.${type}`) || !met.has(`ended.${type}`),
  );
  // Nothing is committed in this cluster, so it has no learner.
  expect(never).toEqual(["promote"]);
});
