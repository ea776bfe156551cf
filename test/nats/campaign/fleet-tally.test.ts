import type { Tally } from "@kontiki/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { FleetTally } from "../../../packages/nats/src/campaign/fleet-tally.ts";
import { shifted } from "../../../packages/nats/src/campaign/join-tallies.ts";
import type { RangeResult } from "../../../packages/nats/src/campaign/result.ts";
import {
  firstRunOf,
  rangeCount,
  seedsOfRange,
  type CampaignSpec,
} from "../../../packages/nats/src/campaign/spec.ts";
import { alone, SPEC } from "../support/fake-runs.ts";

const worker = { id: "w", host: "h", pid: 1, jobs: 1 };

function talliesOf(spec: CampaignSpec, range: number): readonly Tally[] {
  const { first, count = 0 } = seedsOfRange(spec, range);
  const tallies = alone({ ...spec, first, count });
  return tallies.map((tally) => shifted(tally, firstRunOf(spec, range)));
}

/** The result of a range in one message, or one for each scenario. */
function resultsOf(spec: CampaignSpec, range: number, isSplit: boolean): readonly RangeResult[] {
  const tallies = talliesOf(spec, range);
  const common = { type: "tallies", range, worker } as const;
  if (!isSplit) return [{ ...common, from: 0, tallies }];
  return tallies.map((tally, from) => ({ ...common, from, tallies: [tally] }));
}

const ends = fc.constantFrom(
  {},
  { untilFail: true },
  { untilDoubt: true },
  { untilFail: true, untilDoubt: true },
);

test("results in any order, repeated and in parts, give the tallies of one machine", () => {
  const shapes = fc.record({
    first: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    count: fc.integer({ min: 1, max: 40 }),
    perRange: fc.integer({ min: 1, max: 9 }),
  });
  fc.assert(
    fc.property(shapes, ends, fc.infiniteStream(fc.nat()), (shape, end, chance) => {
      const spec = { ...SPEC, ...shape, ...end };
      const draw = (below: number): number => (chance.next().value ?? 0) % below;
      const all = Array.from({ length: rangeCount(spec) }, (_none, range) =>
        resultsOf(spec, range, draw(3) === 0),
      ).flat();
      const repeated = all.filter(() => draw(4) === 0);
      const mail = [...all, ...repeated]
        .map((result) => ({ result, at: draw(1000) }))
        .toSorted((one, other) => one.at - other.at);
      const tally = new FleetTally(spec);
      for (const { result } of mail) tally.add(result);
      expect(tally.tallies).toEqual(alone(spec));
      expect(tally.isComplete).toBe(true);
      expect(tally.repeated).toBeGreaterThanOrEqual(repeated.length);
    }),
  );
});

test("results that are there count in the order of their ranges, while earlier ones are missing", () => {
  const tally = new FleetTally(SPEC);
  for (const range of [5, 2]) for (const one of resultsOf(SPEC, range, false)) tally.add(one);
  const expected = new FleetTally({ ...SPEC, count: 8 });
  expect([tally.done, tally.isComplete, expected.done]).toEqual([2, false, 0]);
  expect(tally.counts.runs).toBe(21);
  const firsts = tally.tallies.map(({ firstMet }) => Object.values(firstMet).map(({ run }) => run));
  expect(Math.min(...firsts.flat())).toBe(firstRunOf(SPEC, 2) + 1);
});

test("a broken range is reported and has no runs, until another worker brings its result", () => {
  const tally = new FleetTally({ ...SPEC, count: 12 });
  const broken = { type: "broken", range: 1, reason: "no memory", worker } as const;
  for (const one of resultsOf(SPEC, 2, false)) tally.add(one);
  tally.add(broken);
  expect(tally.broken).toEqual([{ range: 1, reason: "no memory" }]);
  expect([tally.done, tally.isComplete]).toEqual([2, false]);
  for (const one of resultsOf(SPEC, 1, false)) tally.add(one);
  expect([tally.broken, tally.done, tally.repeated]).toEqual([[], 2, 0]);
  for (const one of resultsOf(SPEC, 0, false)) tally.add(one);
  expect([tally.tallies, tally.isComplete]).toEqual([alone({ ...SPEC, count: 12 }), true]);

  const other = new FleetTally({ ...SPEC, count: 4 });
  other.add({ ...broken, range: 0 });
  expect([other.isComplete, other.broken]).toEqual([true, [{ range: 0, reason: "no memory" }]]);
});

test("messages that are no results of this campaign are dropped and counted", () => {
  const tally = new FleetTally(SPEC);
  tally.add(undefined);
  const [good] = resultsOf(SPEC, 0, false);
  if (good?.type !== "tallies") throw new Error("it has tallies");
  tally.add({ ...good, range: 6 });
  tally.add({ ...good, from: 1 });
  tally.add({ ...good, tallies: [] });
  expect([tally.strange, tally.done, tally.counts.runs]).toEqual([4, 0, 0]);
});
