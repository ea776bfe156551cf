import type { ExploreOptions } from "@kontiki/testing";

/** An exploration that sees all states, and how many there are. */
export type NamedInstance = {
  readonly name: string;
  readonly options: ExploreOptions;
  readonly states: number;
  /** Without symmetry. */
  readonly unreduced: number;
  readonly depth: number;
};

const BARE = { crashes: 0, proposals: 0, inflight: 1 };
const LEASES = { reads: 1, heartbeats: 1, config: { leases: true, quorumBeats: 2 } };

/** One or more for each bound: a second each at most. */
export const SMALL: readonly NamedInstance[] = [
  {
    name: "a read beside a proposal",
    options: { ...BARE, reads: 1, proposals: 1 },
    states: 10_778,
    unreduced: 64_623,
    depth: 26,
  },
  {
    name: "a read and a crash",
    options: { ...BARE, reads: 1, crashes: 1 },
    states: 20_851,
    unreduced: 124_977,
    depth: 24,
  },
  {
    name: "a read by lease",
    options: { ...BARE, ...LEASES },
    states: 27_907,
    unreduced: 167_356,
    depth: 31,
  },
  {
    name: "a change of two voters, whose joint membership has an even outgoing half",
    options: { ...BARE, voters: 2, changes: 1, inflight: 2 },
    states: 27_769,
    unreduced: 27_769,
    depth: 39,
  },
  {
    name: "a change of three voters",
    options: { ...BARE, changes: 1 },
    states: 27_840,
    unreduced: 27_840,
    depth: 24,
  },
  {
    name: "a transfer beside a proposal",
    options: { ...BARE, transfers: 1, proposals: 1 },
    states: 3_620,
    unreduced: 21_672,
    depth: 21,
  },
  {
    name: "a transfer that fails",
    options: { ...BARE, transfers: 1, proposals: 1, heartbeats: 1, config: { quorumBeats: 1 } },
    states: 37_991,
    unreduced: 227_853,
    depth: 29,
  },
  {
    name: "a report of a death",
    options: { ...BARE, obituaries: 1, proposals: 1 },
    states: 4_818,
    unreduced: 28_863,
    depth: 25,
  },
  {
    name: "pre-vote and check of the quorum",
    options: { ...BARE, heartbeats: 2, config: { preVote: true, quorumBeats: 1 } },
    states: 21_052,
    unreduced: 126_307,
    depth: 31,
  },
  {
    name: "a snapshot and a crash",
    options: { ...BARE, snapshots: 1, crashes: 1 },
    states: 5_008,
    unreduced: 29_934,
    depth: 21,
  },
  {
    name: "a snapshot for a node that is added",
    options: { ...BARE, nodes: 2, voters: 1, changes: 1, snapshots: 1, crashes: 1, inflight: 2 },
    states: 36_956,
    unreduced: 36_956,
    depth: 29,
  },
  {
    name: "a wiped disk and a crash",
    options: { nodes: 2, wipes: 1 },
    states: 42_118,
    unreduced: 42_118,
    depth: 32,
  },
  {
    name: "a wiped disk and a snapshot",
    options: { nodes: 2, crashes: 0, wipes: 1, snapshots: 1 },
    states: 18_331,
    unreduced: 18_331,
    depth: 35,
  },
];

/** Up to a quarter of a minute each, on a machine that does nothing else. */
export const LARGE: readonly NamedInstance[] = [
  {
    name: "a read, a crash and a heartbeat",
    options: { ...BARE, reads: 1, crashes: 1, heartbeats: 1, proposals: 1 },
    states: 759_035,
    unreduced: 4_553_898,
    depth: 33,
  },
  {
    name: "a read by lease, a transfer and a crash",
    options: { ...BARE, ...LEASES, transfers: 1, crashes: 1 },
    states: 3_088_628,
    unreduced: 18_531_218,
    depth: 34,
  },
  {
    name: "a change of three voters, two messages in flight",
    options: { ...BARE, changes: 1, inflight: 2 },
    states: 980_739,
    unreduced: 980_739,
    depth: 41,
  },
  {
    name: "a change of two voters and a crash",
    options: { ...BARE, voters: 2, changes: 1, crashes: 1, inflight: 2 },
    states: 319_534,
    unreduced: 319_534,
    depth: 45,
  },
  {
    name: "a change of two voters and a read",
    options: { ...BARE, voters: 2, changes: 1, reads: 1, inflight: 2 },
    states: 1_349_827,
    unreduced: 1_349_827,
    depth: 49,
  },
  {
    name: "a change of two voters and a snapshot",
    options: { ...BARE, voters: 2, changes: 1, snapshots: 1, inflight: 2 },
    states: 230_563,
    unreduced: 230_563,
    depth: 46,
  },
  {
    name: "a change of three voters of four nodes",
    options: { ...BARE, nodes: 4, voters: 3, changes: 1, terms: 1, inflight: 2 },
    states: 112_136,
    unreduced: 112_136,
    depth: 38,
  },
  {
    name: "a transfer and a crash",
    options: { transfers: 1 },
    states: 1_373_001,
    unreduced: 8_235_594,
    depth: 35,
  },
  {
    name: "a snapshot and a crash, two messages in flight",
    options: { snapshots: 1 },
    states: 1_482_998,
    unreduced: 8_895_534,
    depth: 38,
  },
  {
    name: "two snapshots, a crash and a heartbeat",
    options: { snapshots: 2, heartbeats: 1, inflight: 1 },
    states: 434_424,
    unreduced: 2_606_361,
    depth: 32,
  },
  {
    name: "a wiped disk and a crash, three nodes",
    options: { ...BARE, wipes: 1, crashes: 1, inflight: 2 },
    states: 1_503_198,
    unreduced: 1_503_198,
    depth: 40,
  },
  {
    name: "a wiped disk and a proposal, three nodes",
    options: { wipes: 1, crashes: 0 },
    states: 1_518_993,
    unreduced: 1_518_993,
    depth: 50,
  },
  {
    name: "pre-vote, check of the quorum and a crash",
    options: { ...BARE, crashes: 1, heartbeats: 2, config: { preVote: true, quorumBeats: 1 } },
    states: 227_908,
    unreduced: 1_367_288,
    depth: 35,
  },
];
