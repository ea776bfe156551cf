import {
  BARE,
  CAUTIOUS,
  EAGER_LEASES,
  LEASES,
  named,
  type NamedInstance,
} from "./named-instance.ts";

/** Up to half a minute each, on a machine that does nothing else. */
export const LARGE: readonly NamedInstance[] = [
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
    "large-lease-crash",
    "a read by a lease and a crash",
    { ...BARE, ...EAGER_LEASES, crashes: 1 },
    [458_773, 2_752_217, 32],
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
  named(
    "large-damage-minority",
    "a lost entry of a log that only two of five nodes have",
    {
      ...BARE,
      nodes: 5,
      logs: [[1], [2, 2], [], [2, 2]],
      terms: 3,
      damage: 1,
      inflight: 2,
      config: { noop: false },
    },
    [8_292_157, 8_292_157, 32],
  ),
];
