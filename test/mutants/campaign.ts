import { defineScenario, type ExploreOptions, type ScenarioInput } from "@kontiki/testing";
import type { Hunt, HuntName } from "./hunt.ts";

/** Faults that come close upon each other: a seed is over fast, and most of it is trouble. */
const BRISK = { swarm: false, every: "40ms..250ms", last: "50ms..500ms" } as const;

/** What all simulations have unless they say otherwise: a short run with much to do. */
const USUAL: ScenarioInput = {
  duration: "4s",
  workload: { clients: 4, perSecond: 100, keys: 2, timeout: "1s" },
};

function simulated(name: HuntName, about: string, input: ScenarioInput): Hunt {
  const scenario = defineScenario({ ...USUAL, name: name.replaceAll("-", "_"), about, ...input });
  return { engine: "simulation", scenario };
}

function explored(options: ExploreOptions): Hunt {
  return { engine: "explorer", options };
}

/** Everything that mutants are hunted with. */
export const HUNTS: Readonly<Record<HuntName, Hunt>> = {
  explore: explored({ nodes: 3, terms: 3, proposals: 1, crashes: 1, inflight: 2 }),
  "explore-async": explored({
    nodes: 3,
    terms: 2,
    proposals: 2,
    crashes: 1,
    inflight: 2,
    asyncDisk: true,
  }),
  "explore-four": explored({
    nodes: 4,
    terms: 2,
    proposals: 0,
    crashes: 0,
    duplicates: 2,
    inflight: 3,
  }),
  "explore-pre-vote": explored({
    nodes: 3,
    terms: 2,
    proposals: 0,
    crashes: 0,
    inflight: 4,
    config: { preVote: true },
  }),
  elections: simulated("elections", "Without pre-vote, in a network that cuts and repeats.", {
    nodes: 5,
    cluster: { preVote: false, electionTimeout: "100ms", heartbeat: "20ms" },
    network: { latency: "1ms..30ms" },
    nemesis: {
      ...BRISK,
      faults: ["partition", "oneWay", "loss", "duplicate", "reorder", "crash", "pause"],
    },
  }),
  churn: simulated("churn", "Leaders come and go, and letters late, twice or never.", {
    nodes: 5,
    cluster: { maxAppendBytes: 32, maxInflight: 4 },
    nemesis: { ...BRISK, faults: ["network", "process"] },
  }),
  even: simulated("even", "Four servers, of which two are no majority.", {
    nodes: 4,
    nemesis: { ...BRISK, faults: ["partition", "crash", "loss", "duplicate"] },
  }),
  power: simulated("power", "Power is lost, again and again, while disks are slow.", {
    nodes: 3,
    disk: { sync: "1ms..20ms" },
    nemesis: { ...BRISK, faults: ["crash", "crashAll", "crashLoop", "partition", "slowDisk"] },
  }),
  "disk-errors": simulated("disk-errors", "Disks refuse and are used again, and power is lost.", {
    nodes: 3,
    nemesis: { ...BRISK, faults: ["diskError", "diskFull", "crash", "crashAll", "stallDisk"] },
  }),
  rot: simulated("rot", "Disks lose what they were given to keep.", {
    nodes: 3,
    cluster: { segmentBytes: 2048 },
    nemesis: { ...BRISK, faults: ["bitRot", "misdirect", "crash", "partition"] },
  }),
  wipes: simulated("wipes", "Disks are new and empty under an old name.", {
    nodes: 3,
    nemesis: { ...BRISK, faults: ["wipe", "partition", "oneWay", "pause", "crash", "replay"] },
  }),
  snapshots: simulated(
    "snapshots",
    "Logs are short, so that whoever falls behind needs a snapshot.",
    {
      nodes: 3,
      cluster: { snapshotEntries: 10, keptEntries: 2, segmentBytes: 2048, maxAppendBytes: 256 },
      nemesis: {
        ...BRISK,
        faults: ["network", "crash", "crashAll", "pause", "compact", "snapshot"],
      },
    },
  ),
  membership: simulated("membership", "Servers come and go while the network is cut.", {
    nodes: 3,
    network: { latency: "1ms..20ms" },
    nemesis: {
      ...BRISK,
      faults: ["membership", "partition", "partition", "crash", "loss", "pause"],
    },
  }),
  "membership-snapshots": simulated(
    "membership-snapshots",
    "Servers come and go where logs are short.",
    {
      nodes: 3,
      cluster: { snapshotEntries: 5, keptEntries: 0 },
      nemesis: { ...BRISK, faults: ["membership", "partition", "crash", "loss"] },
    },
  ),
  grow: simulated("grow", "A cluster grows and shrinks by two, slowly, and is cut on the way.", {
    nodes: 3,
    network: { latency: "10ms..40ms" },
    nemesis: { ...BRISK, faults: ["grow", "shrink", "replace", "partition", "oneWay", "crash"] },
  }),
  learners: simulated("learners", "Many learners, which have no vote.", {
    nodes: 3,
    nemesis: { ...BRISK, faults: ["addLearner", "promote", "partition", "crash", "oneWay"] },
  }),
  lone: simulated("lone", "One server that becomes two, and is one again.", {
    nodes: 1,
    nemesis: { ...BRISK, faults: ["add", "addLearner", "promote", "remove", "crash", "partition"] },
  }),
  reads: simulated("reads", "Reads that go beside the log.", {
    nodes: 3,
    workload: { clients: 8, perSecond: 400, keys: 1, mix: { put: 1, get: 3 }, timeout: "1s" },
    network: { latency: "1ms..20ms" },
    nemesis: { ...BRISK, faults: ["partition", "oneWay", "delay", "pause", "crash", "transfer"] },
  }),
  leases: simulated("leases", "Reads that rest on a lease.", {
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
  transfers: simulated("transfers", "The lead is handed over in a network that does its work.", {
    nodes: 3,
    workload: { clients: 8, perSecond: 400, keys: 1, mix: { put: 1, get: 1 }, timeout: "1s" },
    network: { latency: "1ms..60ms" },
    nemesis: { ...BRISK, faults: ["transfer"] },
  }),
  "deaf-leader": simulated("deaf-leader", "A leader that hears nobody is replaced.", {
    nodes: 3,
    faults: [{ at: "1s", for: "2.5s", oneWay: { to: "leader" } }],
  }),
  "slow-follower": simulated("slow-follower", "A follower whose disk is slow deposes nobody.", {
    nodes: 3,
    faults: [{ at: "500ms", for: "3s", slowDisk: { node: "follower", by: "150ms..400ms" } }],
  }),
};
