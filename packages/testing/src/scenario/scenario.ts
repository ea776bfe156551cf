import type { Fault, FaultType, Range } from "./fault.ts";

/** What is tried: a cluster, what is asked of it, what befalls it, what must hold. Plain data, all of it checked. */
export type Scenario = {
  /** Of letters, digits, - and _. */
  readonly name: string;
  /** One sentence for people. */
  readonly about: string;
  /** Voters at the beginning, n1, n2 ...: 1 to 9. */
  readonly nodes: number;
  readonly cluster: ClusterSettings;
  readonly network: NetworkSettings;
  readonly disk: DiskSettings;
  readonly workload: Workload;
  /** Faults at their times. */
  readonly faults: readonly Fault[];
  /** Faults that the seed draws. */
  readonly nemesis: Nemesis | undefined;
  /** How long operations and faults go on, in ms. */
  readonly durationMs: number;
  /** How long the healed cluster may take to elect, to answer all and to converge, in ms. */
  readonly settleMs: number;
  readonly expect: Expectations;
};

/** Settings of the nodes. See `ClusterOptions` and `Config` for what they mean. */
export type ClusterSettings = {
  readonly electionTimeoutMs: number;
  readonly heartbeatMs: number;
  readonly preVote: boolean;
  readonly snapshotEntries: number;
  readonly keptEntries: number;
  readonly maxAppendBytes: number;
  readonly maxInflight: number;
  /** Size at which a node begins another log file, in bytes. */
  readonly segmentBytes: number;
  readonly leases: { readonly clockDrift: number } | undefined;
};

/** The network at rest. */
export type NetworkSettings = { readonly latencyMs: Range };

/** A disk at rest: how long a sync takes. */
export type DiskSettings = { readonly syncMs: Range };

/** What clients do with the key-value machine. */
export type Workload = {
  /** 0 for none. */
  readonly clients: number;
  /** Operations of all clients together in a second of the run. A client has one at a time: what is late waits. */
  readonly perSecond: number;
  readonly keys: number;
  /** How often each kind is drawn, as weights. */
  readonly mix: {
    readonly put: number;
    readonly get: number;
    readonly append: number;
    readonly compareAndSet: number;
    readonly delete: number;
  };
  /** How reads are made: through the log, by ReadIndex, on a lease. */
  readonly reads: "log" | "linearizable" | "lease";
  readonly valueBytes: number;
  /** How long an operation is tried, in ms. */
  readonly timeoutMs: number;
};

/** Faults that a seed draws. */
export type Nemesis = {
  /** The kinds to draw from; with `swarm` each seed takes its own part of them at its own rates. */
  readonly faults: readonly FaultType[];
  readonly swarm: boolean;
  /** Between the beginnings of two faults. */
  readonly everyMs: Range;
  /** How long one lasts. */
  readonly lastMs: Range;
};

/** What a run must have met, beside what always has to hold. Names are those of the coverage. */
export type Expectations = {
  /** Below these counts the run shows nothing, and its verdict is `unknown`. */
  readonly atLeast: Readonly<Record<string, number>>;
  /** Above these counts it is a violation. */
  readonly atMost: Readonly<Record<string, number>>;
  /** Whether the history is judged. */
  readonly linearizable: boolean;
};
