import type { BoundOptions } from "./bounds.ts";

/** Bounds within which all states can be seen, and how many there are. */
export type NamedInstance = {
  /** A unique name: lowercase words with hyphens. Those of large ones begin with `large-`. */
  readonly name: string;
  /** What is explored, in a few words. */
  readonly about: string;
  /** Its bounds. */
  readonly options: BoundOptions;
  /** The number of states. */
  readonly states: number;
  /** Without symmetry. */
  readonly unreduced: number;
  /** The greatest number of transitions from the start to any state. */
  readonly depth: number;
};

const BARE = { crashes: 0, proposals: 0, inflight: 1 };
const LEASES = { reads: 1, heartbeats: 1, config: { leases: true, quorumBeats: 2 } };
const EAGER_LEASES = { reads: 1, heartbeats: 1, config: { leases: true, quorumBeats: 1 } };
const PRE_VOTE = { config: { preVote: true } };
const CHECKED = { config: { quorumBeats: 1 } };
const CAUTIOUS = { heartbeats: 2, config: { preVote: true, quorumBeats: 1 } };

/** One or more for each bound, and some for pairs of bounds: a second each, on a machine that does nothing else. */
const SMALL: readonly NamedInstance[] = [
  named("default", "what kontiki explore does without options", {}, [381_891, 2_289_669, 33]),
  named("one-node", "a node alone, with pre-vote", { nodes: 1, ...PRE_VOTE }, [19, 19, 4]),
  named(
    "four-nodes",
    "an even number of voters, two messages in flight",
    { ...BARE, nodes: 4, inflight: 2 },
    [31_383, 740_083, 31],
  ),
  named(
    "three-terms",
    "a third term, for logs that end in an older one",
    { ...BARE, terms: 3, proposals: 1 },
    [8_199, 49_093, 29],
  ),
  named(
    "ten-entries",
    "indexes of two digits",
    { ...BARE, nodes: 2, terms: 1, proposals: 10 },
    [2_251, 4_500, 25],
  ),
  named(
    "drop",
    "a message that is lost although there is room",
    { ...BARE, proposals: 1, drops: 1 },
    [3_705, 22_145, 22],
  ),
  named(
    "duplicate",
    "a message that is delivered twice",
    { ...BARE, proposals: 1, duplicates: 1 },
    [3_292, 19_673, 22],
  ),
  named(
    "heartbeat",
    "a heartbeat beside a proposal",
    { ...BARE, proposals: 1, heartbeats: 1 },
    [5_442, 32_607, 25],
  ),
  named(
    "async-disk",
    "other events between a write and its sync",
    { ...BARE, proposals: 1, asyncDisk: true },
    [44_976, 269_613, 37],
  ),
  named(
    "async-crash",
    "the same with a crash, two nodes",
    { nodes: 2, asyncDisk: true },
    [29_313, 58_590, 35],
  ),
  named(
    "damage",
    "a lost entry, two nodes",
    { nodes: 2, crashes: 0, damage: 1 },
    [14_397, 28_785, 26],
  ),
  named(
    "damage-majority",
    "two nodes of three lose an entry",
    { ...BARE, damage: 2, heartbeats: 1 },
    [118_641, 711_792, 33],
  ),
  named(
    "read",
    "a read beside a proposal",
    { ...BARE, reads: 1, proposals: 1 },
    [10_778, 64_623, 26],
  ),
  named(
    "read-crash",
    "a read and a crash",
    { ...BARE, reads: 1, crashes: 1 },
    [20_851, 124_977, 24],
  ),
  named("lease", "a read by a lease", { ...BARE, ...LEASES }, [27_907, 167_356, 31]),
  named("change", "a change of three voters", { ...BARE, changes: 1 }, [27_840, 27_840, 24]),
  named(
    "joint",
    "a change of two voters, whose joint membership has an even outgoing half",
    { ...BARE, voters: 2, changes: 1, inflight: 2 },
    [27_769, 27_769, 39],
  ),
  named(
    "two-changes",
    "one change after another",
    { ...BARE, voters: 2, changes: 2, terms: 1 },
    [2_324, 2_324, 25],
  ),
  named(
    "transfer",
    "a transfer beside a proposal",
    { ...BARE, transfers: 1, proposals: 1 },
    [3_620, 21_672, 21],
  ),
  named(
    "failed-transfer",
    "a transfer that fails",
    { ...BARE, transfers: 1, proposals: 1, heartbeats: 1, ...CHECKED },
    [37_991, 227_853, 29],
  ),
  named(
    "obituary",
    "a report of a death beside a proposal",
    { ...BARE, obituaries: 1, proposals: 1 },
    [4_818, 28_863, 25],
  ),
  named(
    "pre-vote",
    "pre-vote and check of the quorum",
    { ...BARE, ...CAUTIOUS },
    [21_052, 126_307, 31],
  ),
  named(
    "pre-vote-logs",
    "pre-vote among different logs",
    { ...BARE, proposals: 1, ...PRE_VOTE },
    [3_813, 22_873, 27],
  ),
  named(
    "pre-vote-promises",
    "late promises of votes, three messages in flight",
    { ...BARE, terms: 1, inflight: 3, ...PRE_VOTE },
    [192_418, 1_153_995, 27],
  ),
  named(
    "snapshot",
    "a snapshot and a crash",
    { ...BARE, snapshots: 1, crashes: 1 },
    [5_008, 29_934, 21],
  ),
  named(
    "wipe",
    "a wiped disk and a crash, two nodes",
    { nodes: 2, wipes: 1 },
    [42_118, 42_118, 32],
  ),
  named(
    "read-change",
    "a read while the membership changes",
    { ...BARE, voters: 2, changes: 1, reads: 1 },
    [28_751, 28_751, 34],
  ),
  named(
    "lease-transfer",
    "a read by a lease while leadership is handed over",
    { ...BARE, ...EAGER_LEASES, transfers: 1 },
    [208_270, 1_249_474, 33],
  ),
  named(
    "change-crash",
    "a change of two voters and a crash",
    { ...BARE, voters: 2, changes: 1, crashes: 1 },
    [18_648, 18_648, 25],
  ),
  named(
    "change-transfer",
    "a change of two voters and a transfer",
    { ...BARE, voters: 2, changes: 1, transfers: 1 },
    [4_913, 4_913, 25],
  ),
  named(
    "change-snapshot",
    "a snapshot for a node that is added",
    { ...BARE, nodes: 2, voters: 1, changes: 1, snapshots: 1, crashes: 1, inflight: 2 },
    [36_956, 36_956, 29],
  ),
  named(
    "obituary-crash",
    "a report of a death and a crash",
    { ...BARE, obituaries: 1, crashes: 1 },
    [11_667, 69_864, 23],
  ),
  named(
    "snapshot-heartbeat",
    "a snapshot, a crash and a heartbeat",
    { ...BARE, snapshots: 1, crashes: 1, heartbeats: 1 },
    [33_712, 202_143, 26],
  ),
  named(
    "wipe-snapshot",
    "a wiped disk and a snapshot, two nodes",
    { nodes: 2, crashes: 0, wipes: 1, snapshots: 1 },
    [18_331, 18_331, 35],
  ),
];

/** Up to half a minute each, on a machine that does nothing else. */
const LARGE: readonly NamedInstance[] = [
  named(
    "large-read",
    "a read, a crash and a heartbeat",
    { ...BARE, reads: 1, crashes: 1, heartbeats: 1, proposals: 1 },
    [759_035, 4_553_898, 33],
  ),
  named(
    "large-lease",
    "a read by a lease, a transfer and a crash",
    { ...BARE, ...LEASES, transfers: 1, crashes: 1 },
    [3_088_628, 18_531_218, 34],
  ),
  named(
    "large-change",
    "a change of three voters, two messages in flight",
    { ...BARE, changes: 1, inflight: 2 },
    [980_739, 980_739, 41],
  ),
  named(
    "large-change-crash",
    "a change of two voters and a crash, two messages in flight",
    { ...BARE, voters: 2, changes: 1, crashes: 1, inflight: 2 },
    [319_534, 319_534, 45],
  ),
  named(
    "large-change-read",
    "a change of two voters and a read, two messages in flight",
    { ...BARE, voters: 2, changes: 1, reads: 1, inflight: 2 },
    [1_349_827, 1_349_827, 49],
  ),
  named(
    "large-change-snapshot",
    "a change of two voters and a snapshot, two messages in flight",
    { ...BARE, voters: 2, changes: 1, snapshots: 1, inflight: 2 },
    [230_563, 230_563, 46],
  ),
  named(
    "large-change-four",
    "a change of three voters of four nodes",
    { ...BARE, nodes: 4, voters: 3, changes: 1, terms: 1, inflight: 2 },
    [112_136, 112_136, 38],
  ),
  named(
    "large-transfer",
    "a transfer and a crash, two messages in flight",
    { transfers: 1 },
    [1_373_001, 8_235_594, 35],
  ),
  named(
    "large-snapshot",
    "a snapshot and a crash, two messages in flight",
    { snapshots: 1 },
    [1_482_998, 8_895_534, 38],
  ),
  named(
    "large-snapshots",
    "two snapshots, a crash and a heartbeat",
    { snapshots: 2, heartbeats: 1, inflight: 1 },
    [434_424, 2_606_361, 32],
  ),
  named(
    "large-wipe-crash",
    "a wiped disk and a crash, three nodes",
    { ...BARE, wipes: 1, crashes: 1, inflight: 2 },
    [1_503_198, 1_503_198, 40],
  ),
  named(
    "large-wipe",
    "a wiped disk and a proposal, three nodes",
    { wipes: 1, crashes: 0 },
    [1_518_993, 1_518_993, 50],
  ),
  named(
    "large-pre-vote",
    "pre-vote, check of the quorum and a crash",
    { ...BARE, crashes: 1, ...CAUTIOUS },
    [227_908, 1_367_288, 35],
  ),
];

/** Small explorations by name, with exact counts: the tests explore all of them, and the large ones on demand. */
export const INSTANCES: readonly NamedInstance[] = [...SMALL, ...LARGE];

function named(
  name: string,
  about: string,
  options: BoundOptions,
  [states, unreduced, depth]: readonly [number, number, number],
): NamedInstance {
  return { name, about, options, states, unreduced, depth };
}
