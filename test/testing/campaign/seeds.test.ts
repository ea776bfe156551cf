import { seedCount, seedsOf, type SeedRange } from "@kontiki/testing";
import fc from "fast-check";
import { expect, test } from "vitest";

const all: SeedRange = { first: 1, count: 10, shard: undefined };

test.each<[string, SeedRange, readonly number[]]>([
  ["all of a range", all, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
  ["none", { ...all, count: 0 }, []],
  ["seeds with remainder 0 modulo 3", { ...all, shard: { index: 1, of: 3 } }, [3, 6, 9]],
  ["seeds with remainder 2 modulo 3", { ...all, shard: { index: 3, of: 3 } }, [2, 5, 8]],
  [
    "0 after the greatest seed",
    { ...all, first: 2 ** 32 - 2, count: 4 },
    [2 ** 32 - 2, 2 ** 32 - 1, 0, 1],
  ],
])("%s", (_title, range, seeds) => {
  expect([...seedsOf(range)]).toEqual(seeds);
  expect(seedCount(range)).toBe(seeds.length);
});

test("a range without an end has no count and never ends", () => {
  const range = { first: 7, count: undefined, shard: { index: 2, of: 4 } };
  expect(seedCount(range)).toBeUndefined();
  const seeds = seedsOf(range);
  expect([seeds.next().value, seeds.next().value, seeds.next().value]).toEqual([9, 13, 17]);
});

test("each seed belongs to exactly one shard, and the counts of the shards are correct", () => {
  const first = fc.oneof(fc.nat(50), fc.integer({ min: 2 ** 32 - 50, max: 2 ** 32 - 1 }));
  fc.assert(
    fc.property(first, fc.nat(100), fc.integer({ min: 1, max: 9 }), (from, count, of) => {
      const shards = Array.from({ length: of }, (_, at) => ({
        first: from,
        count,
        shard: { index: at + 1, of },
      }));
      const taken = shards.map((range) => [...seedsOf(range)]);
      const whole = [...seedsOf({ first: from, count, shard: undefined })];
      expect(taken.flat().toSorted((a, b) => a - b)).toEqual(whole.toSorted((a, b) => a - b));
      expect(shards.map(seedCount)).toEqual(taken.map((seeds) => seeds.length));
    }),
  );
});
