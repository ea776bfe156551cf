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

/** The part of a result that depends neither on the order of the search nor on the memory of its tables. */
function size({ verdict, ended, states, transitions, unreduced }: Exploration): unknown {
  return { verdict, ended, states, transitions, unreduced };
}

/** Small bounds within which each event has many orders. */
const ASYNC: ExploreOptions = { terms: 1, proposals: 0, asyncDisk: true };

describe("a cluster whose logs are damaged", () => {
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
  test.each<ExploreOptions>([{ proposals: 0, inflight: 1 }, ASYNC])(
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
    { crashes: 0, inflight: 1 },
    { proposals: 0, inflight: 1 },
    { nodes: 2, proposals: 0, asyncDisk: true },
    ASYNC,
    { nodes: 2, drops: 1, duplicates: 1, heartbeats: 1, terms: 1 },
    { nodes: 4, terms: 1, proposals: 0, inflight: 1 },
    { nodes: 2, config: { preVote: true, quorumBeats: 2 }, heartbeats: 2, crashes: 0, inflight: 1 },
    { nodes: 2, damage: 1, crashes: 0, inflight: 1 },
    {
      nodes: 2,
      reads: 1,
      crashes: 0,
      inflight: 1,
      heartbeats: 1,
      config: { leases: true, quorumBeats: 2 },
    },
    { nodes: 2, transfers: 1, heartbeats: 1, crashes: 0, inflight: 1 },
    { nodes: 2, obituaries: 1, crashes: 0, inflight: 1 },
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
    const work = exploreInSlices(ASYNC);
    const told = [];
    for (let next = work.next(); next.done !== true; next = work.next()) told.push(next.value);
    const [first] = told;
    expect(first).toMatchObject({ depth: 7 });
    expect(first?.waiting).toBe((first?.states ?? 0) - 256);
    expect(told.length).toBe(Math.floor(explore(ASYNC).states / 256));
  });

  test("does not change the outcome", () => {
    expect(finish(exploreInSlices(ASYNC))).toEqual(explore(ASYNC));
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
