import { defineScenario, type FaultInput, type ScenarioInput } from "@kontiki/testing";
import { EXPLORATIONS } from "./explorations.ts";
import type { Hunt, HuntName } from "./hunt.ts";

/** Faults in quick succession: a seed runs fast, and faults fill most of it. */
const BRISK = { swarm: false, every: "40ms..250ms", last: "50ms..500ms" } as const;

/** The defaults of all simulations: a short run with a high load. */
const USUAL: ScenarioInput = {
  duration: "4s",
  workload: { clients: 4, perSecond: 100, keys: 2, timeout: "1s" },
};

/** Many clients, so that some know the old leader and some the new one. Few writes, so that logs stay equal. */
const RARE_WRITES = {
  clients: 300,
  perSecond: 600,
  keys: 1,
  mix: { put: 1, get: 30 },
  timeout: "1s",
} as const;

const LEASES = { leases: { clockDrift: 0.1 } } as const;

/**
 * n3 transfers its leadership to n2 and does not learn of the result: it receives messages from n1 but none from n2. The
 * transfer begins immediately after a heartbeat of n3, so that it takes some time until n3 learns of it from n1.
 */
const HANDOVER = {
  nodes: 3,
  duration: "2.5s",
  cluster: { electionTimeout: "300ms", heartbeat: "100ms" },
  network: { latency: "1ms..3ms" },
  disk: { sync: "0ms..1ms" },
  faults: [700, 1200, 1700, 2200].flatMap((at) => [
    { at, transfer: "n3" },
    { at: at + 215, transfer: "n2" },
    { at: at + 216, for: "250ms", oneWay: { from: "n2", to: "n3" } },
  ]),
} as const satisfies ScenarioInput;

/** Leases in a fast cluster, in which one server hears both the leader and a server that does not hear the leader. */
const BRIDGES = {
  nodes: 3,
  duration: "3s",
  cluster: { electionTimeout: "60ms", heartbeat: "30ms", ...LEASES },
  network: { latency: "0ms..1ms" },
  disk: { sync: "0ms..0ms" },
  workload: { ...RARE_WRITES, reads: "lease" },
} as const satisfies ScenarioInput;

const BRIDGED = [400, 700, 1000, 1300, 1600, 1900, 2200, 2500];

function bridge(at: number, node: string): FaultInput {
  return { at, for: "250ms", partition: { shape: "bridge", node } };
}

function simulated(name: HuntName, about: string, input: ScenarioInput): Hunt {
  const scenario = defineScenario({ ...USUAL, name: name.replaceAll("-", "_"), about, ...input });
  return { engine: "simulation", scenario };
}

/** All hunts. */
export const HUNTS: Readonly<Record<HuntName, Hunt>> = {
  ...EXPLORATIONS,
  "crash-matrix": { engine: "threads", points: ["inSync", "afterSave", "afterSend", "inApply"] },
  elections: simulated(
    "elections",
    "Without pre-vote, in a network that partitions and duplicates.",
    {
      nodes: 5,
      cluster: { preVote: false, electionTimeout: "100ms", heartbeat: "20ms" },
      network: { latency: "1ms..30ms" },
      nemesis: {
        ...BRISK,
        faults: ["partition", "oneWay", "loss", "duplicate", "reorder", "crash", "pause"],
      },
    },
  ),
  churn: simulated("churn", "Leaders come and go; messages arrive late, twice or never.", {
    nodes: 5,
    cluster: { maxAppendBytes: 32, maxInflight: 4 },
    nemesis: { ...BRISK, faults: ["network", "process"] },
  }),
  even: simulated("even", "Four servers: two are not a majority.", {
    nodes: 4,
    nemesis: { ...BRISK, faults: ["partition", "crash", "loss", "duplicate"] },
  }),
  power: simulated("power", "Repeated power losses, with slow disks.", {
    nodes: 3,
    disk: { sync: "1ms..20ms" },
    nemesis: { ...BRISK, faults: ["crash", "crashAll", "crashLoop", "partition", "slowDisk"] },
  }),
  "disk-errors": simulated("disk-errors", "Disks fail and work again, with power losses.", {
    nodes: 3,
    nemesis: { ...BRISK, faults: ["diskError", "diskFull", "crash", "crashAll", "stallDisk"] },
  }),
  rot: simulated("rot", "Disks lose synced data.", {
    nodes: 3,
    cluster: { segmentBytes: 2048 },
    nemesis: { ...BRISK, faults: ["bitRot", "misdirect", "crash", "partition"] },
  }),
  scatter: simulated("scatter", "All logs are damaged at one moment, again and again.", {
    nodes: 3,
    cluster: { snapshotEntries: 1000, segmentBytes: 4096 },
    nemesis: {
      ...BRISK,
      every: "100ms..500ms",
      faults: ["scatter", "scatter", "crash", "partition"],
    },
  }),
  "torn-logs": simulated("torn-logs", "Logs are cut by new leaders, and damaged.", {
    nodes: 5,
    cluster: { maxAppendBytes: 64, electionTimeout: "100ms", heartbeat: "20ms" },
    network: { latency: "1ms..20ms" },
    nemesis: {
      ...BRISK,
      faults: ["scatter", "bitRot", "misdirect", "partition", "partition", "oneWay", "crash"],
    },
  }),
  wipes: simulated("wipes", "Nodes restart with new, empty disks.", {
    nodes: 3,
    nemesis: { ...BRISK, faults: ["wipe", "partition", "oneWay", "pause", "crash", "replay"] },
  }),
  snapshots: simulated("snapshots", "Logs are short, so a slow server needs a snapshot.", {
    nodes: 3,
    cluster: {
      snapshotEntries: 10,
      keptEntries: 2,
      segmentBytes: 2048,
      maxAppendBytes: 256,
      // So more is committed than applied at the end of some turns, which is when snapshots are taken.
      limits: { turnEntries: 2 },
    },
    nemesis: {
      ...BRISK,
      faults: ["network", "crash", "crashAll", "pause", "compact", "snapshot"],
    },
  }),
  "late-snapshots": simulated("late-snapshots", "Snapshots arrive after their entries.", {
    nodes: 3,
    cluster: { snapshotEntries: 3, keptEntries: 0, maxAppendBytes: 2048 },
    network: { latency: "1ms..40ms" },
    workload: { clients: 24, perSecond: 500, keys: 2, timeout: "1s" },
    nemesis: {
      ...BRISK,
      faults: ["loss", "duplicate", "reorder", "partition", "oneWay", "replay"],
    },
  }),
  membership: simulated("membership", "Servers come and go during partitions.", {
    nodes: 3,
    network: { latency: "1ms..20ms" },
    nemesis: {
      ...BRISK,
      faults: ["membership", "partition", "partition", "crash", "loss", "pause"],
    },
  }),
  "membership-snapshots": simulated(
    "membership-snapshots",
    "Servers come and go, with short logs.",
    {
      nodes: 3,
      cluster: { snapshotEntries: 5, keptEntries: 0 },
      nemesis: { ...BRISK, faults: ["membership", "partition", "crash", "loss"] },
    },
  ),
  grow: simulated("grow", "A cluster slowly grows and shrinks by two, during partitions.", {
    nodes: 3,
    network: { latency: "10ms..40ms" },
    nemesis: { ...BRISK, faults: ["grow", "shrink", "replace", "partition", "oneWay", "crash"] },
  }),
  newcomers: simulated("newcomers", "New members learn late that they are members.", {
    nodes: 1,
    duration: "6s",
    cluster: { electionTimeout: "500ms", heartbeat: "90ms" },
    network: { latency: "40ms..90ms" },
    workload: { clients: 4, perSecond: 20, keys: 2, timeout: "2s" },
    nemesis: {
      swarm: false,
      every: "100ms..400ms",
      last: "300ms..1s",
      faults: ["add", "addLearner", "promote", "remove", "crash", "stop"],
    },
  }),
  learners: simulated("learners", "Many learners, which cannot vote.", {
    nodes: 3,
    nemesis: { ...BRISK, faults: ["addLearner", "promote", "partition", "crash", "oneWay"] },
  }),
  lone: simulated("lone", "One server becomes two and then one again.", {
    nodes: 1,
    nemesis: { ...BRISK, faults: ["add", "addLearner", "promote", "remove", "crash", "partition"] },
  }),
  reads: simulated("reads", "Reads without the log.", {
    nodes: 3,
    workload: { clients: 8, perSecond: 400, keys: 1, mix: { put: 1, get: 3 }, timeout: "1s" },
    network: { latency: "1ms..20ms" },
    nemesis: { ...BRISK, faults: ["partition", "oneWay", "delay", "pause", "crash", "transfer"] },
  }),
  leases: simulated("leases", "Reads with leases.", {
    nodes: 3,
    cluster: { leases: { clockDrift: 0.1 } },
    workload: {
      clients: 8,
      perSecond: 400,
      keys: 1,
      mix: { put: 1, get: 3 },
      reads: "lease",
      timeout: "1s",
    },
    nemesis: {
      ...BRISK,
      faults: ["partition", "oneWay", "pause", "crash", "transfer", "drift", "delay"],
    },
  }),
  handover: simulated("handover", "An old leader does not learn of a new one.", {
    ...HANDOVER,
    workload: RARE_WRITES,
  }),
  "leases-handover": simulated("leases-handover", "The same, with leases.", {
    ...HANDOVER,
    cluster: { ...HANDOVER.cluster, ...LEASES },
    workload: { ...RARE_WRITES, reads: "lease" },
  }),
  "leases-bridge": simulated(
    "leases-bridge",
    "A server that hears the leader gets a vote request from one that does not.",
    { ...BRIDGES, faults: BRIDGED.map((at) => bridge(at, "follower")) },
  ),
  "leases-restart": simulated(
    "leases-restart",
    "The same, and the server that gets the request has just started.",
    {
      ...BRIDGES,
      faults: BRIDGED.flatMap((at) => [
        bridge(at, "n2"),
        ...[70, 90, 110, 130, 150, 170, 190, 210].map((later) => ({
          at: at + later,
          crash: { node: "n2", down: "3ms" },
        })),
      ]),
    },
  ),
  transfers: simulated(
    "transfers",
    "Leadership is transferred to a server that must catch up first.",
    {
      nodes: 5,
      network: { latency: "1ms..2ms" },
      faults: [1000, 1500, 2000, 2500, 3000].flatMap((at, round) => {
        const node = round % 2 === 0 ? "n5" : "n4";
        return [
          { at, for: "100ms", partition: { shape: "isolate", node } },
          { at: at + 50, transfer: { node } },
        ];
      }),
      // Only the start of the cluster gives a reason for pre-votes.
      expect: { atMost: { "elections.preVotes": 4 } },
    },
  ),
  "deaf-leader": simulated("deaf-leader", "A leader that receives nothing is replaced.", {
    nodes: 3,
    faults: [{ at: "1s", for: "2.5s", oneWay: { to: "leader" } }],
    expect: { atMost: { "operations.unknown": 0, "operations.definitelyNot": 0 } },
  }),
  "slow-follower": simulated("slow-follower", "A follower with a slow disk deposes no leader.", {
    nodes: 3,
    faults: [{ at: "500ms", for: "3s", slowDisk: { node: "follower", by: "150ms..400ms" } }],
    expect: { atMost: { "elections.preVotes": 4 } },
  }),
};
