import { expect, test } from "vitest";
import { BOUNDS } from "../../../packages/actors/src/metrics/histogram.ts";
import { NodeCounters } from "../../../packages/actors/src/metrics/node-counters.ts";

/** The bucket that a duration is counted in, by its bound in ms; Infinity for the last one. */
function bucketOf(ms: number): number {
  const counters = new NodeCounters();
  counters.turn(ms);
  const { counts } = counters.read().turns;
  expect(counts.filter((count) => count > 0)).toEqual([1]);
  return (BOUNDS[counts.indexOf(1)] ?? Infinity) * 1000;
}

test("bounds are powers of two, with those of etcd from 1 ms on", () => {
  const etcd = Array.from({ length: 14 }, (_, at) => 0.001 * 2 ** at);
  expect(BOUNDS.slice(6)).toEqual(etcd);
  expect(BOUNDS.slice(0, 6).map((bound) => bound * 1000)).toEqual([
    0.015625, 0.03125, 0.0625, 0.125, 0.25, 0.5,
  ]);
});

test("a duration is in the first bucket whose bound is not below it", () => {
  for (const bound of BOUNDS.map((each) => each * 1000)) {
    expect(bucketOf(bound)).toBe(bound);
    expect(bucketOf(bound * 0.999)).toBe(bound);
    expect(bucketOf(bound * 1.001)).toBe(bound < 8192 ? bound * 2 : Infinity);
  }
  expect([0, 1e-9, 1e9, 2 ** 40].map(bucketOf)).toEqual([0.015625, 0.015625, Infinity, Infinity]);
});

test("the counters of the next thread continue those of the last one", () => {
  const first = new NodeCounters();
  first.stood();
  first.leaderChanged();
  first.sync(1);
  const second = new NodeCounters(first.shared);
  second.stood();
  second.sync(3);
  second.turn(0.5);
  const { elections, leaderChanges, turns, syncs } = first.read();
  expect({ elections, leaderChanges }).toEqual({ elections: 2, leaderChanges: 1 });
  expect([turns, syncs].map(({ count, sum }) => ({ count, sum }))).toEqual([
    { count: 1, sum: 0.0005 },
    { count: 2, sum: 0.004 },
  ]);
});
