import { describe, expect, test } from "vitest";
import * as broken from "../support/broken-chapters.ts";
import { detectedIn, shortestOf, type BrokenCore } from "../support/detected.ts";

const READS = { reads: 1, crashes: 0, inflight: 1 };
const LEASES = { ...READS, proposals: 0, config: { leases: true, quorumBeats: 2 } };

const OF_READS: readonly BrokenCore[] = [
  {
    name: "that lets a read be confirmed by an earlier round",
    step: broken.confirmsByEarlierRound,
    bounds: READS,
    text: "Linearizability: a answers read 1 as of entry 1, but entry 2 was committed before it was asked",
    actions: 17,
  },
  {
    name: "whose followers answer reads as of what they know",
    step: broken.readsAlone,
    bounds: READS,
    text: "Linearizability: c answers read 1 as of entry 0, but entry 1 was committed before it was asked",
    actions: 8,
  },
];

const OF_LEASES: readonly BrokenCore[] = [
  {
    name: "that uses its lease before it has committed an entry of its term",
    step: broken.leasesBeforeItsFirstCommit,
    bounds: LEASES,
    text: "Linearizability: b answers read 1 as of entry 0, but entry 1 was committed before it was asked",
    actions: 14,
  },
  {
    name: "that votes although it hears a leader",
    step: broken.votesWhileItHearsALeader,
    bounds: { ...LEASES, heartbeats: 1 },
    text: "Linearizability: a answers read 1 as of entry 1, but entry 2 was committed before it was asked",
    actions: 20,
  },
  {
    name: "that votes right after its restart, although it may have heard a leader before",
    step: broken.votesRightAfterItsRestart,
    bounds: { ...LEASES, heartbeats: 1, crashes: 1 },
    text: "Linearizability: a answers read 1 as of entry 1, but entry 2 was committed before it was asked",
    actions: 19,
  },
];

describe("a core", () => {
  test.each([...OF_READS, ...OF_LEASES])("$name is detected by a shortest run", (each) => {
    expect(detectedIn(each)).toEqual(shortestOf(each));
  });
});
