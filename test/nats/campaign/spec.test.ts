import { nthSeed, seedsOf, TaskPool } from "@kontiki/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  firstRunOf,
  rangeCount,
  seedsOfRange,
  specOf,
  usualRange,
} from "../../../packages/nats/src/campaign/spec.ts";
import { SPEC } from "../support/fake-runs.ts";

test("the ranges have the runs of one machine, with their numbers, also where seeds wrap around", () => {
  const sizes = fc.record({
    count: fc.integer({ min: 1, max: 60 }),
    perRange: fc.integer({ min: 1, max: 70 }),
  });
  fc.assert(
    fc.property(sizes, (size) => {
      const spec = { ...SPEC, ...size };
      const found = Array.from({ length: rangeCount(spec) }, (_none, range) =>
        [...seedsOf(seedsOfRange(spec, range))].flatMap((seed, at) =>
          [0, 0, 1].map((earlier, place) => ({
            number: firstRunOf(spec, range) + at * 3 + place,
            scenario: spec.order[place],
            seed: nthSeed(seed, earlier),
          })),
        ),
      ).flat();
      const seeds = { first: spec.first, count: spec.count, shard: undefined };
      const pool = new TaskPool({ scenarios: 2, order: spec.order, seeds, untilFail: false });
      expect(found).toEqual(Array.from({ length: spec.count * 3 }, () => pool.take()));
      expect(pool.take()).toBeUndefined();
    }),
  );
});

test("a range is small enough to lose, and there are ranges for many workers", () => {
  const sizes = [
    [120, 1],
    [1000, 1],
    [1e6, 1],
    [1e9, 1],
    [1000, 175],
    [1e6, 175],
    [5, 20_000],
  ] as const;
  expect(sizes.map(([count, runs]) => usualRange(count, runs))).toEqual([
    1, 5, 5000, 10_000, 5, 57, 1,
  ]);
});

test("what is no campaign is told from one", () => {
  expect(specOf({ ...SPEC })).toEqual(SPEC);
  const { code: _code, ...without } = SPEC;
  const wrong = [undefined, null, 7, "text", [], {}, without, { ...SPEC, perRange: 0 }];
  expect(wrong.map(specOf)).toEqual(wrong.map(() => undefined));
});
