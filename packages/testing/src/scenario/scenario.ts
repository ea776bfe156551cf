import type { Fault, FaultMoment, FaultType, Range } from "./fault.ts";

/** A test of a cluster: what clients ask, which faults happen, what must hold. Plain data, all of it checked. */
export type Scenario = {
  /** Of letters, digits, - and _. */
  readonly name: string;
  /** One sentence for people. */
  readonly about: string;
  /** Voters at the beginning, n1, n2 ...: 1 to 9. */
  readonly nodes: number;
  /** Settings of the nodes. */
  readonly cluster: ClusterSettings;
  /** The network without faults. */
  readonly network: NetworkSettings;
  /** The disks without faults. */
  readonly disk: DiskSettings;
  /** What clients ask. */
  readonly workload: Workload;
  /** Faults at their times. */
  readonly faults: readonly Fault[];
  /** Faults that the seed draws. */
  readonly nemesis: Nemesis | undefined;
  /** `swarm`: the seed draws the settings too, instead of what the scenario says for them. See `drawSettings`. */
  readonly knobs?: "swarm" | undefined;
  /** How long operations and faults go on, in ms. */
  readonly durationMs: number;
  /** How long the healed cluster may take to elect a leader, to answer everything and to converge, in ms. */
  readonly settleMs: number;
  /** What must have happened in a run. */
  readonly expect: Expectations;
};

/** Settings of the nodes. See `ClusterOptions` and `Config` for what they mean. */
export type ClusterSettings = {
  /** The shortest time without a leader before a node starts an election, in ms, from 10. */
  readonly electionTimeoutMs: number;
  /** Time between heartbeats in ms, from 1; at most half of the election timeout. */
  readonly heartbeatMs: number;
  /** Whether a node asks which nodes would vote for it before it starts an election (dissertation 9.6). */
  readonly preVote: boolean;
  /** A node takes a snapshot after this many entries, from 1. */
  readonly snapshotEntries: number;
  /** How many entries before a snapshot stay in the log, from 0. */
  readonly keptEntries: number;
  /** The most bytes of commands in one AppendEntries, from 1. */
  readonly maxAppendBytes: number;
  /** How many AppendEntries may be in flight to one follower, from 1. */
  readonly maxInflight: number;
  /** Size at which a node begins another log file, in bytes. */
  readonly segmentBytes: number;
  /** Whether reads may use leases, and by which share of time two clocks may drift apart. */
  readonly leases: { readonly clockDrift: number } | undefined;
  /** Bounds that a run reaches only when they are small. */
  readonly limits?: LimitSettings | undefined;
  /** How long a node that has mail waits before its turn. Undefined for no time. */
  readonly turnDelayMs?: Range | undefined;
  /**
   * How long after the end of a process the other nodes get its obituary, and clients learn of it. Undefined: nodes after
   * 1 ms, clients never.
   */
  readonly obituaryMs?: Range | undefined;
};

/** Bounds of a node; each undefined for its usual value. */
export type LimitSettings = {
  /** The most unanswered bytes of commands to one follower, from 1. */
  readonly maxInflightBytes: number | undefined;
  /** The most bytes of uncommitted commands in the log of a leader, from 1. */
  readonly maxUncommittedBytes: number | undefined;
  /** The most letters that wait for a node; of those of clients half as many. */
  readonly mailboxLetters: number | undefined;
  /** The most letters that one turn takes, from 1. */
  readonly turnLetters: number | undefined;
  /** The most entries that are applied at once, from 1. */
  readonly turnEntries: number | undefined;
  /** The most open sessions of clients, from 1. */
  readonly sessions: number | undefined;
  /** After how many entries an idle session has ended, from 1. */
  readonly sessionEntries: number | undefined;
};

/** The network without faults. */
export type NetworkSettings = {
  /** How long a letter takes. */
  readonly latencyMs: Range;
};

/** A disk without faults. */
export type DiskSettings = {
  /** How long a sync takes. */
  readonly syncMs: Range;
};

/** What clients do with the key-value machine. */
export type Workload = {
  /** 0 for none. */
  readonly clients: number;
  /** Operations of all clients together per second. A client has one at a time: a later one waits for it. */
  readonly perSecond: number;
  /** How many keys they use, from 1. */
  readonly keys: number;
  /** How often each kind is drawn, as weights. */
  readonly mix: {
    readonly put: number;
    readonly get: number;
    readonly append: number;
    readonly compareAndSet: number;
    readonly delete: number;
  };
  /**
   * How reads are answered: through the log, by ReadIndex, on a lease; or each in one of these ways or from what a node has
   * applied, by the leader or by a node that the seed draws.
   */
  readonly reads: ReadWay | "mixed";
  /** The least length of values, in bytes. */
  readonly valueBytes: number;
  /**
   * For how long what is asked gathers in one client that all share, in ms, so that it travels in runs. Such a client is the
   * program's own, and learns of new leaders. Undefined: each client has its own session, and sends at once.
   */
  readonly gatherMs?: number | undefined;
  /** How long a client tries an operation, in ms. */
  readonly timeoutMs: number;
};

/** A way to answer a read. */
export type ReadWay = "log" | "linearizable" | "lease";

/** Faults that a seed draws. */
export type Nemesis = {
  /** The kinds to draw from; with `swarm` each seed takes some of them, at its own rates. */
  readonly faults: readonly FaultType[];
  /** Whether each seed takes only some of them. */
  readonly swarm: boolean;
  /** Time between the beginnings of two faults. */
  readonly everyMs: Range;
  /** How long one lasts. */
  readonly lastMs: Range;
  /** Which share of them begins within 20 ms of the one before, from 0 to 1; undefined for none. */
  readonly bursts?: number | undefined;
  /** Which share of them waits for a moment, from 0 to 1; undefined for none. */
  readonly moments?: number | undefined;
  /** For which moments; undefined for all. */
  readonly when?: readonly FaultMoment[] | undefined;
};

/** What must have happened, in addition to what must always hold. The names are those of the coverage. */
export type Expectations = {
  /** With lower counts the run proves nothing, and its verdict is `unknown`. */
  readonly atLeast: Readonly<Record<string, number>>;
  /**
   * What some runs of a campaign must reach. Chance may miss it in one run, so a single run is valid without it, and a
   * campaign of `EXPECTED_WITHIN` runs in which none reached it is `unknown`.
   */
  readonly campaign?: Readonly<Record<string, number>> | undefined;
  /** Higher counts are a violation. */
  readonly atMost: Readonly<Record<string, number>>;
  /** Whether the history is judged. */
  readonly linearizable: boolean;
};
