import { KontikiError } from "@kontiki/actors";
import * as core from "@kontiki/core";
import { explore, replayPath, type ExploreOptions, type StepFunction } from "@kontiki/testing";
import { describe, expect, test } from "vitest";
import { Ancestry } from "../../../packages/testing/src/explore/ancestry.ts";
import {
  chanceOfCollision,
  FACTORS,
  Fingerprints,
  hashOf,
} from "../../../packages/testing/src/explore/fingerprints.ts";
import { WaitingStates } from "../../../packages/testing/src/explore/waiting-states.ts";

const WORDS = 6;
const VALUES = 8;

/** All rows of a few small numbers: as alike as the states of a search are. */
function* rows(): Generator<Int32Array> {
  for (let number = 0; number < VALUES ** WORDS; number += 1)
    yield Int32Array.from({ length: WORDS }, (_none, at) => (number >>> (3 * at)) & 7);
}

describe("a search that keeps hashes", () => {
  test.each<ExploreOptions>([
    { terms: 1, proposals: 0, asyncDisk: true },
    { nodes: 1, terms: 3 },
    { nodes: 2, changes: 1, crashes: 0, proposals: 0 },
  ])("sees the same states as one that stores them: %j", (options) => {
    const { bytes, ...stored } = explore(options);
    const { bytes: less, ...hashed } = explore({ ...options, hashes: true });
    const { states } = stored;
    expect(hashed).toEqual({
      ...stored,
      hashes: { bits: 76, missed: (states * (states + 1)) / 2 ** 77 },
    });
    expect(stored.hashes).toBe(undefined);
    expect(less).toBeLessThan(bytes);
  });

  test("finds the same way to a violation, and it can be repeated", () => {
    const forgetful: StepFunction = (env, state, event) =>
      core.step(env, { ...state, votedFor: undefined }, event);
    const options = { terms: 1, proposals: 0, crashes: 0, inflight: 3, step: forgetful };
    const { violation } = explore({ ...options, hashes: true });
    expect(violation).toEqual(explore(options).violation);
    expect(replayPath(options, violation?.actions ?? []).broken).toBe(violation?.text);
  });

  test("says what is certain when it ends early", () => {
    expect(explore({ hashes: true, maxStates: 5000 })).toMatchObject({
      verdict: "unknown",
      ended: "states",
      depth: 7,
      depthChecked: 7,
      waiting: 2519,
    });
  });

  test("is breadth first", () => {
    expect(() => explore({ hashes: true, order: "depth" })).toThrow(
      new KontikiError(`explore: order is 'depth': give "breadth" when hashes is true`),
    );
  });
});

describe("the hashes", () => {
  /** Pairs of equal ones among many random numbers of 32 bits: about as many as are expected. */
  const expected = VALUES ** WORDS * (VALUES ** WORDS / 2 ** 33);

  test.each([0, 1, 2])("of like states differ as random ones do: %i", (which) => {
    const factors = FACTORS[which] ?? [0, 0];
    const seen = new Set<number>();
    let equal = 0;
    for (const row of rows()) {
      const hash = hashOf(row, WORDS, factors);
      if (seen.has(hash)) equal += 1;
      seen.add(hash);
    }
    expect(equal).toBeLessThan(4 * expected);
  });

  test("are independent of each other: states that have one in common have no other in common", () => {
    const together = new Set<number>();
    for (const row of rows()) {
      const [one, other] = FACTORS.slice(1).map((factors) => hashOf(row, WORDS, factors));
      // 53 bits of 64: about four pairs of rows would agree in 33.
      together.add(((one ?? 0) >>> 0) * 2 ** 21 + ((other ?? 0) >>> 11));
    }
    expect(together.size).toBe(VALUES ** WORDS);
  });

  test("are a set", () => {
    const set = new Fingerprints(WORDS);
    const added = [0, 0].map(() => {
      let count = 0;
      for (const row of rows()) if (set.add(row)) count += 1;
      return count;
    });
    expect([...added, set.size]).toEqual([VALUES ** WORDS, 0, VALUES ** WORDS]);
    expect(set.bytes / set.size).toBeGreaterThan(8);
    expect(set.bytes / set.size).toBeLessThan(12);
  });

  test("hide one of a hundred million states with a chance of one in ten million", () => {
    expect(chanceOfCollision(1)).toBe(2 ** -76);
    expect(chanceOfCollision(1e8)).toBeCloseTo(6.6e-8, 9);
    expect(chanceOfCollision(2 ** 40)).toBe(1);
  });
});

test("what is known of where each state came from is read back", () => {
  const ancestry = new Ancestry();
  const all = Array.from({ length: 100_000 }, (_none, number) => ({
    origin: number < 2 ? 0 : number - 1 - (number % 2),
    nth: (number * 7919) % 20_000,
  }));
  for (const each of all) ancestry.add(each);
  for (let number = 0; number < all.length; number += 997)
    expect(ancestry.of(number)).toEqual(all[number]);
  expect(() => ancestry.of(200_000)).toThrow(new RangeError("there is no state 200000"));
});

test("waiting states are read once, in their order, and then take no memory", () => {
  const waiting = new WaitingStates(1);
  const piece = 2 ** 16;
  for (let number = 0; number < 50_000; number += 1) waiting.add(Int32Array.of(number));
  expect(waiting.bytes).toBe(4 * piece);
  const row = new Int32Array(1);
  for (let number = 0; number < 50_000; number += 1) {
    waiting.read(number, row);
    if (row[0] !== number) expect(row[0]).toBe(number);
  }
  expect(waiting.bytes).toBe(2 * piece);
  expect(() => waiting.read(0, row)).toThrow(new RangeError("the state 0 does not wait"));
});
