import { KontikiError } from "@kontiki/actors";
import * as core from "@kontiki/core";
import {
  explore,
  exploreInSlices,
  finish,
  type Exploration,
  type ExploreOptions,
  type StepFunction,
} from "@kontiki/testing";
import { describe, expect, test } from "vitest";

/** How often entries are lost and fetched, logs are repaired, damaged nodes vote, and leaders are elected by them. */
type Met = readonly number[];

/** The part of a result that depends neither on the order of the search nor on the memory of its tables. */
function size({ verdict, ended, states, transitions, unreduced }: Exploration): unknown {
  return { verdict, ended, states, transitions, unreduced };
}

describe("three nodes, two terms, one proposal, one crash, two messages in flight", () => {
  test("are explored completely: this many states, none of which violates a property", () => {
    const { bytes, firstMet, ...rest } = explore();
    expect(firstMet).toMatchObject({
      "a leader is elected": 3,
      "elections.split": 2,
      "replication.rewrittenAck": 15,
      "replication.commitBounded": 22,
    });
    expect(rest).toMatchInlineSnapshot(`
      {
        "depth": 33,
        "depthChecked": undefined,
        "ended": "exhausted",
        "hashes": undefined,
        "never": [],
        "sometimes": {
          "AppendEntries is rejected": 59176,
          "a conflict truncates a log": 2468,
          "a crash loses unsynced writes": 82762,
          "a follower learns of a commit": 30812,
          "a leader commits a command": 36056,
          "a leader commits an entry": 58806,
          "a leader commits an entry of an older term": 33595,
          "a leader crashes": 60704,
          "a leader is elected": 19913,
          "a leader of a later term is elected": 19052,
          "a leader steps down": 30301,
          "a send is lost for lack of room": 204152,
          "a vote is refused": 110710,
          "two nodes lead at once, in different terms": 18866,
        },
        "states": 381891,
        "transitions": 1099275,
        "unreduced": 2289669,
        "verdict": "holds",
        "violation": undefined,
        "waiting": 0,
      }
    `);
    expect(bytes).toBeLessThan(100e6);
  });
});

describe("a cluster whose logs are damaged", () => {
  test.each<readonly [name: string, options: ExploreOptions, states: number, met: Met]>([
    ["one node", { nodes: 1, damage: 1 }, 47, [31, 0, 0, 0, 0]],
    ["two nodes", { nodes: 2, damage: 1, crashes: 0 }, 14_397, [1878, 2075, 2075, 136, 0]],
    [
      "two nodes that lose three entries",
      { nodes: 2, damage: 3, crashes: 0, inflight: 1 },
      40_604,
      [29_305, 6030, 6030, 221, 0],
    ],
    ["three nodes", { damage: 1, crashes: 0, inflight: 1 }, 21_662, [3181, 1103, 1103, 110, 0]],
    [
      "a damaged majority",
      { damage: 2, crashes: 0, inflight: 1, proposals: 0, heartbeats: 1 },
      118_641,
      [42_073, 11_432, 11_432, 524, 96],
    ],
  ])("is explored completely: %s", (_name, options, states, met) => {
    const { sometimes, ...rest } = explore(options);
    expect(rest).toMatchObject({ verdict: "holds", ended: "exhausted", states, never: [] });
    expect([
      sometimes["an entry is lost"] ?? 0,
      sometimes["an entry is fetched"] ?? 0,
      sometimes["a log is repaired without a leader"] ?? 0,
      sometimes["a damaged node votes"] ?? 0,
      sometimes["a leader is elected while a majority is damaged"] ?? 0,
    ]).toEqual(met);
  });

  test("is unknown when no node asks for what it lacks", () => {
    const step: StepFunction = (env, state, event) =>
      core.step({ ...env, config: { ...env.config, fetch: false } }, state, event);
    expect(explore({ nodes: 2, damage: 1, crashes: 0, inflight: 1, step })).toMatchObject({
      verdict: "unknown",
      ended: "exhausted",
      never: ["an entry is fetched", "a log is repaired without a leader"],
    });
  });
});

describe("depth first", () => {
  test.each<ExploreOptions>([{ crashes: 0 }, { terms: 1, proposals: 0, asyncDisk: true }])(
    "visits the same states: %j",
    (options) => {
      const one = explore(options);
      const other = explore({ ...options, order: "depth" });
      expect(size(other)).toEqual(size(one));
      expect(other.sometimes).toEqual(one.sometimes);
    },
  );
});

describe("symmetry", () => {
  test.each<ExploreOptions>([
    { crashes: 0 },
    { proposals: 0, inflight: 1 },
    { nodes: 2, asyncDisk: true },
    { terms: 1, proposals: 0, asyncDisk: true },
    { nodes: 2, drops: 1, duplicates: 1, heartbeats: 1, terms: 1 },
    { nodes: 4, terms: 1, proposals: 0, inflight: 1 },
    { nodes: 2, config: { preVote: true, quorumBeats: 2 }, heartbeats: 2, crashes: 0 },
    { nodes: 2, damage: 2, crashes: 0 },
    { nodes: 2, reads: 1, crashes: 0, heartbeats: 1, config: { leases: true, quorumBeats: 2 } },
    { nodes: 2, transfers: 1, heartbeats: 1, crashes: 0 },
    { nodes: 2, obituaries: 1, crashes: 0 },
    { snapshots: 1, crashes: 1, proposals: 0, inflight: 1 },
  ])("hides no state: each state represents all its renamings, %j", (options) => {
    const reduced = explore(options);
    const all = explore({ ...options, symmetry: false });
    expect({ verdict: reduced.verdict, states: reduced.unreduced }).toEqual({
      verdict: all.verdict,
      states: all.states,
    });
    expect(all.unreduced).toBe(all.states);
    expect(reduced.states).toBeLessThan(0.6 * all.states);
  });
});

describe("a search that does not see all states", () => {
  test("returns unknown, and why", () => {
    expect(size(explore({ maxStates: 1000 }))).toMatchObject({
      verdict: "unknown",
      ended: "states",
    });
    expect(size(explore({ memoryBytes: 3e6 }))).toMatchObject({
      verdict: "unknown",
      ended: "memory",
    });
    let asked = 0;
    const stop = (): boolean => (asked += 1) === 3;
    expect(size(explore({ stop }))).toMatchObject({ verdict: "unknown", ended: "stopped" });
  });

  test("respects its memory limit", () => {
    const { ended, bytes } = explore({ memoryBytes: 20e6 });
    expect(ended).toBe("memory");
    // The search checks its memory after each slice, so it can exceed the limit by one slice.
    expect(bytes).toBeLessThan(21e6);
  });

  test("stops within a few states of its limit", () => {
    const { states } = explore({ maxStates: 1000 });
    expect(states).toBeGreaterThanOrEqual(1000);
    expect(states).toBeLessThan(1020);
  });
});

describe("a search in which nothing happens", () => {
  test("is unknown: what its bounds allow must happen", () => {
    const noCandidate = explore({
      crashes: 0,
      step: (_env, state) => ({ state, effects: [] }),
    });
    expect(noCandidate).toMatchObject({
      verdict: "unknown",
      ended: "exhausted",
      states: 1,
      never: [
        "a leader is elected",
        "a leader of a later term is elected",
        "a leader commits an entry",
        "a leader commits a command",
      ],
    });
  });
});

describe("progress", () => {
  test("is reported every few hundred states", () => {
    const work = exploreInSlices({ crashes: 0 });
    const told = [];
    for (let next = work.next(); next.done !== true; next = work.next()) told.push(next.value);
    const [first] = told;
    expect(first).toMatchObject({ depth: 7 });
    expect(first?.waiting).toBe((first?.states ?? 0) - 256);
    expect(told.length).toBe(Math.floor(explore({ crashes: 0 }).states / 256));
  });

  test("does not change the outcome", () => {
    expect(finish(exploreInSlices({ crashes: 0 }))).toEqual(explore({ crashes: 0 }));
  });
});

describe("bounds", () => {
  test.each([
    [{ nodes: 6 }, "nodes is 6: give a whole number from 1 to 5"],
    [{ terms: 0 }, "terms is 0: give a whole number from 1 to 63"],
    [{ inflight: 1.5 }, "inflight is 1.5: give a whole number from 1 to 16"],
    [{ voters: 4 }, "voters is 4: give at most nodes, 3"],
    [{ damage: 1, snapshots: 1 }, "snapshots is 1: give 0 when damage is given"],
    [
      { config: { leases: true } },
      "config.leases is true: give config.quorumBeats of 1 or more as well",
    ],
    [
      {
        crashes: 63,
        drops: 63,
        duplicates: 63,
        heartbeats: 63,
        proposals: 63,
        damage: 3,
        reads: 3,
      },
      "the number of bits for all counts is 34: give at most 32",
    ],
  ])("that are invalid are rejected: %j", (options, message) => {
    expect(() => explore(options)).toThrow(new KontikiError(`explore: ${message}`));
  });
});
