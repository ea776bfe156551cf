import { explore } from "@kontiki/testing";
import { describe, expect, test } from "vitest";
import type { NaiveBounds } from "../support/naive-explorer/bounds.ts";
import { countStates } from "../support/naive-explorer/count-states.ts";

const NOTHING = {
  nodes: 1,
  terms: 1,
  proposals: 0,
  crashes: 0,
  drops: 0,
  duplicates: 0,
  heartbeats: 0,
  damage: 0,
  reads: 0,
  changes: 0,
  transfers: 0,
  snapshots: 0,
  wipes: 0,
  obituaries: 0,
  inflight: 1,
  asyncDisk: false,
  config: {},
} as const;

describe("the number of states, without symmetry", () => {
  test("can be counted by hand: before the election, after it, and with the proposal", () => {
    expect(explore({ ...NOTHING, proposals: 1, symmetry: false })).toMatchObject({
      states: 3,
      transitions: 2,
      depth: 2,
    });
  });

  test.each<Partial<NaiveBounds>>([
    { terms: 2, proposals: 2, crashes: 2 },
    { nodes: 2, terms: 2 },
    { nodes: 2, proposals: 1, inflight: 2 },
    { nodes: 2, proposals: 1, crashes: 1 },
    { nodes: 2, duplicates: 1, inflight: 2 },
    { nodes: 2, drops: 1, heartbeats: 1 },
    { nodes: 2, asyncDisk: true },
    { terms: 2, proposals: 1, crashes: 1, asyncDisk: true },
    { nodes: 2, crashes: 1, asyncDisk: true },
    { nodes: 3 },
    { terms: 2, proposals: 2, damage: 2 },
    { nodes: 2, damage: 1 },
    { terms: 2, proposals: 1, damage: 1, asyncDisk: true },
    { nodes: 2, logs: [[1], []], terms: 2, crashes: 1 },
    { nodes: 3, logs: [[1, 2], [1], []], terms: 3 },
    { nodes: 3, logs: [[1, 1], [1, 2], [1]], terms: 3, config: { noop: false } },
    {
      nodes: 2,
      logs: [
        [1, 1],
        [1, 1],
      ],
      terms: 2,
      damage: 1,
    },
    { nodes: 2, reads: 1, inflight: 2 },
    { nodes: 2, reads: 1, crashes: 1 },
    { reads: 2, crashes: 1, terms: 2, asyncDisk: true },
    { nodes: 2, reads: 1, config: { quorumBeats: 2, leases: true } },
    { terms: 2, reads: 2, crashes: 1, config: { quorumBeats: 2, leases: true } },
    { nodes: 2, changes: 1 },
    { nodes: 3, voters: 1, changes: 1 },
    { changes: 1, terms: 2, crashes: 1 },
    { nodes: 2, transfers: 1, terms: 2, proposals: 1 },
    { nodes: 2, transfers: 1, heartbeats: 1, config: { quorumBeats: 1 } },
    { nodes: 2, obituaries: 1, terms: 2 },
    { nodes: 2, voters: 1, changes: 1, snapshots: 1 },
    { nodes: 2, snapshots: 1, crashes: 1, terms: 2 },
    { snapshots: 2, crashes: 1, proposals: 1, terms: 2, asyncDisk: true },
    { nodes: 2, wipes: 1, inflight: 2 },
    { nodes: 2, wipes: 1, crashes: 1 },
    { nodes: 2, wipes: 1, snapshots: 1 },
    { nodes: 2, config: { preVote: true, quorumBeats: 1 }, heartbeats: 2 },
  ])("equals that of a naive search with a set of texts: %j", (options) => {
    const { nodes = NOTHING.nodes } = options;
    const bounds = { ...NOTHING, voters: nodes, ...options };
    expect(explore({ ...bounds, symmetry: false }).states).toBe(countStates(bounds));
  });
});
