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

const BARE = { crashes: 0, proposals: 0, inflight: 1 };
const CHANGES = { ...BARE, changes: 1 };
const HAND_OVERS = { ...BARE, transfers: 1 };
const REPORTS = { ...BARE, obituaries: 1 };
const PRE_VOTE = { ...BARE, config: { preVote: true } };
const SNAPSHOTS = { ...BARE, snapshots: 1 };
const WIPES = { ...BARE, wipes: 1 };

const OF_CHANGES: readonly BrokenCore[] = [
  {
    name: "that commits by half of an even outgoing half",
    step: broken.halfOfTheOutgoingHalfDecides,
    bounds: { ...CHANGES, voters: 2, inflight: 2 },
    text: "a in term 1: it commits 2 without a majority",
    actions: 14,
  },
  {
    name: "that counts votes by the last committed membership",
    step: broken.countsByTheCommittedMembership,
    bounds: { ...CHANGES, inflight: 2 },
    text: "c in term 2: it leads without a majority",
    actions: 13,
  },
  {
    name: "that keeps a membership in force whose entry was cut",
    step: broken.keepsACutMembership,
    bounds: CHANGES,
    text: "a in term 2: the membership in force is not the last one of its log",
    actions: 14,
  },
  {
    name: "that changes the membership before its first commit",
    step: broken.changesBeforeItsFirstCommit,
    bounds: CHANGES,
    text: "a in term 1: it changes the membership before it has committed an entry of its term",
    actions: 4,
  },
  {
    name: "that changes two voters at once",
    step: broken.skipsTheJointMembership,
    bounds: CHANGES,
    text: "a in term 1: Membership Overlap: two majorities share no server",
    actions: 8,
  },
];

const OF_HAND_OVERS: readonly BrokenCore[] = [
  {
    name: "that takes proposals while it hands over",
    step: broken.takesProposalsInAHandOver,
    rules: true,
    bounds: { ...HAND_OVERS, proposals: 1 },
    text: "a: it takes a proposal while it hands over",
    actions: 5,
  },
  {
    name: "that keeps its lease after it asked another node to stand",
    step: broken.keepsItsLeaseInAHandOver,
    bounds: { ...LEASES, transfers: 1 },
    text: "Linearizability: a answers read 1 as of entry 1, but entry 2 was committed before it was asked",
    actions: 19,
  },
];

const OF_REPORTS: readonly BrokenCore[] = [
  {
    name: "that treats any death as the death of its leader",
    step: broken.mournsAnyone,
    bounds: { ...LEASES, obituaries: 1, heartbeats: 1 },
    text: "Linearizability: a answers read 1 as of entry 1, but entry 2 was committed before it was asked",
    actions: 19,
  },
  {
    name: "that forgets its vote when its leader is dead",
    step: broken.forgetsItsVoteWithItsLeader,
    bounds: REPORTS,
    text: "a in term 1: the vote for a changed to undefined; a in term 1: a candidate did not vote for itself; a: a changed term or vote was not saved",
    actions: 2,
  },
];

const OF_PRE_VOTE: readonly BrokenCore[] = [
  {
    name: "that counts the promise of a vote as a vote",
    step: broken.countsPromises,
    bounds: { ...PRE_VOTE, inflight: 3 },
    text: "Election Safety: b and a both led term 1",
    actions: 10,
  },
  {
    name: "that promises its vote to candidates that lack entries",
    step: broken.promisesWithoutLogCheck,
    rules: true,
    bounds: PRE_VOTE,
    text: "a: it promises a vote to a server whose log lacks what it has",
    actions: 11,
  },
];

const OF_SNAPSHOTS: readonly BrokenCore[] = [
  {
    name: "whose snapshots replace logs that hold more",
    step: broken.dropsALaterSuffix,
    rules: true,
    bounds: { ...SNAPSHOTS, terms: 1, obituaries: 1, inflight: 2 },
    text: "b: a snapshot replaces a log that holds its last entry, and maybe more",
    actions: 18,
  },
  {
    name: "that takes parts of a snapshot out of order",
    step: broken.takesPartsOutOfOrder,
    bounds: { ...SNAPSHOTS, nodes: 2, voters: 1, changes: 1, crashes: 1 },
    text: "b saves a part of a snapshot that continues nothing",
    actions: 9,
  },
  {
    name: "that takes no membership from a snapshot",
    step: broken.keepsTheMembershipBeforeASnapshot,
    bounds: { ...SNAPSHOTS, nodes: 2, voters: 1, changes: 1 },
    text: "b in term 1: the membership in force is not the last one of its log",
    actions: 8,
  },
  {
    name: "that acknowledges a snapshot when a part has arrived",
    step: broken.acknowledgesTheFirstPart,
    bounds: { ...SNAPSHOTS, nodes: 2, voters: 1, changes: 1, inflight: 2 },
    text: "b: it acknowledges entry 1, which is not on its disk",
    actions: 6,
  },
];

const OF_WIPES: readonly BrokenCore[] = [
  {
    name: "that does not tell disks apart",
    step: broken.ignoresDisks,
    bounds: WIPES,
    text: "Election Safety: a and b both led term 1",
    actions: 9,
  },
  {
    name: "that keeps the vote of a node with another disk",
    step: broken.keepsItsVoteWithAnotherDisk,
    bounds: { ...WIPES, inflight: 2 },
    text: "a in term 1: Membership Overlap: two majorities share no server",
    actions: 11,
  },
];

describe("a core", () => {
  test.each([
    ...OF_READS,
    ...OF_LEASES,
    ...OF_CHANGES,
    ...OF_HAND_OVERS,
    ...OF_REPORTS,
    ...OF_PRE_VOTE,
    ...OF_SNAPSHOTS,
    ...OF_WIPES,
  ])("$name is detected by a shortest run", (each) => {
    expect(detectedIn(each)).toEqual(shortestOf(each));
  });
});
