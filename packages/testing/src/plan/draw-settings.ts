import { Chance } from "../chance.ts";
import { drawNemesis } from "./draw-nemesis.ts";
import { one } from "../scenario/faults/kind.ts";
import type { Range } from "../scenario/fault.ts";
import type { ClusterSettings, LimitSettings, Scenario, Workload } from "../scenario/scenario.ts";

/** Small clusters are the most frequent: they are faster, and few defects need a large one. */
const ODD = [1, 3, 3, 3, 3, 5, 5, 7, 9] as const;
const EVEN = [2, 2, 4, 4, 4, 4, 6, 8] as const;

/** Election timeouts with heartbeats, in ms. */
const TIMES = [
  [150, 25],
  [150, 25],
  [100, 20],
  [60, 30],
  [300, 100],
  [500, 40],
] as const;

/** What clients ask, by weights. */
const MIXES: readonly Workload["mix"][] = [
  { put: 3, get: 4, append: 2, compareAndSet: 1, delete: 1 },
  { put: 1, get: 6, append: 0, compareAndSet: 0, delete: 0 },
  { put: 1, get: 30, append: 0, compareAndSet: 0, delete: 0 },
  { put: 0, get: 1, append: 3, compareAndSet: 0, delete: 0 },
];

/**
 * A scenario as a seed sees it: with `knobs` the seed draws how many nodes there are, the settings of nodes, network, disks
 * and clients, and which faults there are, how dense and how long (FoundationDB's "buggification"). One value of each list is
 * close to what users have; the others are so small or so large that rare code runs often.
 *
 * Each group of settings has its own stream: another value in one list changes nothing in the other groups.
 */
export function withDrawnSettings(scenario: Scenario, seed: number): Scenario {
  const { knobs, ...rest } = scenario;
  if (knobs === undefined) return scenario;
  const chance = new Chance(seed).fork("knobs");
  const { cluster, nodes, network, disk } = drawnSettings(chance);
  return {
    ...rest,
    nodes,
    cluster,
    network,
    disk,
    workload: drawWorkload(scenario.workload, cluster, chance.fork("workload")),
    nemesis: scenario.nemesis && drawNemesis(scenario.nemesis, chance.fork("nemesis")),
  };
}

/** How many nodes there are, and settings of nodes, network and disks with which they can work. */
export function drawnSettings(
  chance: Chance,
): Pick<Scenario, "nodes" | "cluster" | "network" | "disk"> {
  const cluster = drawCluster(chance.fork("cluster"));
  const slow = one(SLOW, chance);
  const fitting = (ranges: readonly Range[]): readonly Range[] =>
    ranges.filter(([, most]) => most * 4 <= cluster.electionTimeoutMs);
  const turnDelayMs = one(fitting(slow === "turns" ? TURNS.slow : TURNS.quick), chance);
  return {
    nodes: one(chance.happens(1 / 2) ? ODD : EVEN, chance),
    cluster: { ...cluster, turnDelayMs, limits: drawLimits(slow, chance.fork("limits")) },
    network: {
      latencyMs: one(fitting(slow === "network" ? LATENCIES.slow : LATENCIES.quick), chance),
    },
    disk: { syncMs: one(fitting(slow === "disk" ? SYNCS.slow : SYNCS.quick), chance) },
  };
}

/**
 * What is slow in a run, at most one thing: a cluster in which everything is slow has no stable leader, as an answer takes
 * longer than an election timeout.
 */
const SLOW = ["nothing", "network", "disk", "turns"] as const;

const LATENCIES: Speeds = {
  quick: [
    [0, 1],
    [1, 5],
  ],
  slow: [
    [1, 15],
    [1, 20],
    [10, 40],
  ],
};

const SYNCS: Speeds = {
  quick: [
    [0, 0],
    [0, 1],
    [1, 3],
  ],
  slow: [
    [0, 15],
    [1, 20],
    [0, 60],
  ],
};

const TURNS: Speeds = {
  quick: [[0, 0]],
  slow: [
    [0, 3],
    [0, 15],
    [0, 25],
  ],
};

type Speeds = Readonly<Record<"quick" | "slow", readonly Range[]>>;

function drawCluster(chance: Chance): ClusterSettings {
  const [electionTimeoutMs, heartbeatMs] = one(TIMES, chance);
  return {
    electionTimeoutMs,
    heartbeatMs,
    preVote: chance.happens(2 / 3),
    snapshotEntries: one([3, 5, 10, 40, 100, 1000], chance),
    keptEntries: one([0, 0, 2, 5, 20], chance),
    maxAppendBytes: one([32, 64, 256, 2048, 1024 * 1024], chance),
    maxInflight: one([1, 2, 4, 16, 256], chance),
    segmentBytes: one([1024, 2048, 4096, 16 * 1024, 1024 * 1024], chance),
    leases: chance.happens(1 / 2) ? { clockDrift: one([0, 0.01, 0.1, 0.5], chance) } : undefined,
    obituaryMs: one(OBITUARIES, chance),
  };
}

const OBITUARIES: readonly Range[] = [
  [0, 1],
  [0, 5],
  [0, 100],
  [0, 400],
];

/** A node that takes one letter at a time must have fast turns, or its mailbox fills for ever. */
function drawLimits(slow: (typeof SLOW)[number], chance: Chance): LimitSettings {
  const some = <T>(values: readonly T[]): T | undefined => {
    const value = one(values, chance);
    return chance.happens(1 / 3) ? value : undefined;
  };
  const letters = some([1, 2, 8]);
  return {
    maxInflightBytes: some([1, 64, 1024]),
    maxUncommittedBytes: some([1, 64, 1024]),
    turnLetters: slow === "nothing" ? letters : undefined,
    turnEntries: some([1, 2, 10]),
    sessions: some([1, 2, 3, 6]),
    sessionEntries: some([1, 5, 20, 60]),
    mailboxLetters: some([12, 32, 100]),
  };
}

/**
 * Values that need many parts of a snapshot each would take all the time of a run, and so would a state that grows with each
 * command, which every snapshot holds.
 */
function drawWorkload(
  given: Workload,
  { maxAppendBytes }: ClusterSettings,
  chance: Chance,
): Workload {
  const mix = one(MIXES, chance);
  const gather = chance.fork("gather");
  const most = mix.put === 0 ? 8 : maxAppendBytes;
  return {
    ...given,
    clients: one([2, 4, 8, 24], chance),
    perSecond: one([20, 60, 60, 150], chance),
    keys: one([1, 1, 2, 5], chance),
    mix,
    reads: "mixed",
    valueBytes: one(
      [1, 8, 8, 100, 2000].filter((bytes) => bytes <= most),
      chance,
    ),
    timeoutMs: one([100, 300, 1000, 2000, 5000], chance),
    ...(gather.happens(1 / 3) && { gatherMs: one([5, 20, 60], gather) }),
  };
}
